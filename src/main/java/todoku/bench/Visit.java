package todoku.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Somebody with a browser, as far as measuring needs one: loopback only, cookies kept, the token of the last form carried
/// along, a connection for each request (RFC 9112).
final class Visit {
    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");
    private static final int PATIENCE_MILLIS = 60_000;

    private final int port;
    private final Map<String, String> cookies = new LinkedHashMap<>();
    private String token = "";

    Visit(int port) {
        this.port = port;
    }

    record Answer(int status, String location, String body) {}

    Answer get(String path) throws IOException {
        return ask("GET", path, "");
    }

    Answer post(String path, Map<String, String> form) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(form);
        all.put("_csrf", token);
        return ask("POST", path, all.entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), UTF_8))
                .collect(Collectors.joining("&")));
    }

    private Answer ask(String method, String path, String form) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            String cookie = cookies.entrySet().stream().map(each -> each.getKey() + "=" + each.getValue()).collect(Collectors.joining("; "));
            byte[] body = form.getBytes(UTF_8);
            String head = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nConnection: close\r\nAccept-Language: ja\r\n"
                    + (cookie.isEmpty() ? "" : "Cookie: " + cookie + "\r\n")
                    + (method.equals("POST")
                            ? "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + body.length + "\r\n"
                            : "")
                    + "\r\n";
            socket.getOutputStream().write(head.getBytes(UTF_8));
            socket.getOutputStream().write(body);
            socket.getOutputStream().flush();
            return read(new BufferedInputStream(socket.getInputStream()));
        }
    }

    private Answer read(InputStream in) throws IOException {
        int status = Integer.parseInt(line(in).split(" ")[1]);
        String location = "";
        boolean chunked = false;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            String name = line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT);
            String value = line.substring(line.indexOf(':') + 1).strip();
            if (name.equals("location")) location = value;
            if (name.equals("transfer-encoding")) chunked = value.equals("chunked");
            if (name.equals("set-cookie")) {
                String pair = value.split(";")[0];
                cookies.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
            }
        }
        String body = (chunked ? chunks(in) : new String(in.readAllBytes(), UTF_8));
        Matcher matcher = TOKEN.matcher(body);
        if (matcher.find()) token = matcher.group(1);
        return new Answer(status, location, body);
    }

    private static String chunks(InputStream in) throws IOException {
        var all = new ByteArrayOutputStream();
        while (true) {
            int length = Integer.parseInt(line(in).strip(), 16);
            if (length == 0) return all.toString(UTF_8);
            all.write(in.readNBytes(length));
            line(in);
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) if (c != '\r') line.append((char) c);
        return line.toString();
    }
}
