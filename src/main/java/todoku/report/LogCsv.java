package todoku.report;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import todoku.web.Page;

/// The log of one campaign as a file for Excel: one line for each recipient.
final class LogCsv {
    private static final String NO_CHARACTER = "〓";

    private LogCsv() {}

    static void write(Reports reports, Report report, Page page, boolean utf8, OutputStream out) throws IOException {
        if (utf8) out.write(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF});
        Writer text = new OutputStreamWriter(out, utf8 ? StandardCharsets.UTF_8.newEncoder() : excel());
        CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(text);
        csv.writeRecord(
                page.t("report.log.no"), page.t("report.log.customer"), page.t("report.log.name"), page.t("report.log.address"),
                page.t("report.log.state"), page.t("report.log.reason"), page.t("report.log.attempts"), page.t("report.log.at"),
                page.t("report.log.reply"), page.t("report.log.opened"), page.t("report.log.clicks"));
        try {
            reports.all(report.mailing(), each -> csv.writeRecord(
                    String.valueOf(each.no()),
                    each.customer() == null ? "" : String.valueOf(each.customer()),
                    safe(page.mask().name(each.name())),
                    safe(page.mask().address(each.address())),
                    page.t("report.state." + each.state()),
                    each.reason() == null ? "" : page.t("report.reason." + each.reason()),
                    String.valueOf(each.attempts()),
                    each.at() == null ? "" : page.second(each.at()),
                    safe(each.reply() == null ? "" : each.reply()),
                    each.openedAt() == null ? "" : page.second(each.openedAt()),
                    String.valueOf(each.clicks())));
            csv.flush();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// A text that a spreadsheet would take for a formula gets an apostrophe.
    private static String safe(String text) {
        return !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }

    /// What CP932 does not have is shown as 〓, so that nobody takes it for a different character.
    private static java.nio.charset.CharsetEncoder excel() {
        Charset cp932 = Charset.forName("windows-31j");
        return cp932.newEncoder()
                .onUnmappableCharacter(CodingErrorAction.REPLACE)
                .replaceWith(NO_CHARACTER.getBytes(cp932));
    }
}
