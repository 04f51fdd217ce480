package todoku.customer;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A field every customer has: its column in the table, how its cells are read, and the headers it is known by.
enum StandardField {
    NUMBER("number", Form.PLAIN, "会員番号", "会員id", "会員no", "会員no.", "顧客番号", "顧客id"),
    FAMILY_NAME("family_name", Form.TEXT, "姓", "苗字", "氏名(姓)", "名前(姓)"),
    GIVEN_NAME("given_name", Form.TEXT, "名", "氏名(名)", "名前(名)"),
    FAMILY_KANA("family_kana", Form.PLAIN, "セイ", "せい", "姓カナ", "姓(カナ)", "フリガナ(姓)", "フリガナ(セイ)"),
    GIVEN_KANA("given_kana", Form.PLAIN, "メイ", "めい", "名カナ", "名(カナ)", "フリガナ(名)", "フリガナ(メイ)"),
    GENDER("gender", Form.TEXT, "性別"),
    BIRTHDAY("birthday", Form.DATE, "生年月日", "誕生日"),
    POSTAL_CODE("postal_code", Form.PLAIN, "郵便番号", "〒"),
    PREFECTURE("prefecture", Form.TEXT, "都道府県"),
    CITY("city", Form.PLAIN, "市区町村・番地", "市区町村", "住所", "市区町村番地"),
    TELEPHONE("telephone", Form.PLAIN, "電話番号", "電話", "tel"),
    PREFERRED_FORMAT("preferred_format", Form.WORD, "希望形式", "メール形式", "希望メール形式"),
    DEVICE("device", Form.PLAIN, "端末", "デバイス", "機種"),
    CARRIER("carrier", Form.WORD, "キャリア", "携帯会社", "通信会社");

    /// A word is one of a few; files say it in several ways.
    enum Form { TEXT, PLAIN, DATE, WORD }

    private static final Map<String, String> FORMATS = Map.of(
            "html", "HTML", "htmlメール", "HTML", "text", "TEXT", "テキスト", "TEXT", "テキストメール", "TEXT", "plain", "TEXT");
    private static final Map<String, String> CARRIERS = Map.ofEntries(
            Map.entry("docomo", "DOCOMO"), Map.entry("ドコモ", "DOCOMO"), Map.entry("nttドコモ", "DOCOMO"), Map.entry("nttdocomo", "DOCOMO"),
            Map.entry("au", "AU"), Map.entry("kddi", "AU"), Map.entry("kddi(au)", "AU"), Map.entry("au(kddi)", "AU"),
            Map.entry("softbank", "SOFTBANK"), Map.entry("ソフトバンク", "SOFTBANK"), Map.entry("vodafone", "SOFTBANK"),
            Map.entry("other", "OTHER"), Map.entry("その他", "OTHER"));

    final String column;
    final Form form;
    /// In the sentences about a file.
    final String label;
    private final Set<String> headers;

    StandardField(String column, Form form, String... headers) {
        this.column = column;
        this.form = form;
        this.label = headers[0];
        this.headers = Set.of(headers);
    }

    static Optional<StandardField> named(String foldedHeader) {
        return Arrays.stream(values()).filter(field -> field.headers.contains(foldedHeader)).findFirst();
    }

    /// The word this text is, as it is stored.
    Optional<String> word(String text) {
        return Optional.ofNullable((this == CARRIER ? CARRIERS : FORMATS).get(Columns.folded(text)));
    }
}
