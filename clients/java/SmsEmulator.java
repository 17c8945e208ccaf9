import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/**
 * A sandbox of a running sms-emulator, for tests in Java 17 and newer: one file, nothing to install. Copy it.
 *
 * <pre>
 * try (var sms = SmsEmulator.create(Map.of("clock", "frozen"))) {   // deleted at the end
 *     sms.explained(() -> {                                         // a failure tells the report
 *         ... your app sends to sms.baseUrl with sms.account("smsoffice", "key") ...
 *         assertEquals("123456", sms.otp("995577123456"));
 *         sms.settle();
 *         return null;
 *     });
 * }
 * </pre>
 */
public final class SmsEmulator implements AutoCloseable {
    /** A message as the control API tells it; {@code reference} may be null. */
    public record Message(String id, String provider, String to, String sender, String text, String reference, String status, long parts, double cost) {}

    /** One attempt; {@code accepted} is null while it is under way. */
    public record Callback(String id, String message_id, String status, long attempt, Boolean accepted, String verdict, Map<String, Object> sent) {}

    /** A refusal of the control API. */
    public static final class Refused extends RuntimeException {
        public final int status;
        public final String code;

        Refused(String call, int status, Map<String, Object> error) {
            super(call + ": " + status + " " + error.get("code") + ": " + error.get("message") + (error.get("hint") == null ? "" : ". " + error.get("hint")));
            this.status = status;
            this.code = String.valueOf(error.get("code"));
        }
    }

    public final String baseUrl;
    public final String id;
    private final String token;
    private final Map<String, Object> accounts;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private SmsEmulator(String baseUrl, String token, Map<String, ?> options) {
        this.baseUrl = baseUrl;
        this.token = token;
        var made = object(call("POST", "/_emulator/sandboxes", options, Map.of()));
        this.id = (String) made.get("id");
        this.accounts = object(made.get("accounts"));
    }

    /** A fresh sandbox of the emulator at SMS_EMULATOR_URL (its token: SMS_EMULATOR_TOKEN); options as POST /_emulator/sandboxes takes them. */
    public static SmsEmulator create(Map<String, ?> options) {
        var url = System.getenv("SMS_EMULATOR_URL");
        return create(options, url == null || url.isEmpty() ? "http://127.0.0.1:8775" : url, System.getenv("SMS_EMULATOR_TOKEN"));
    }

    public static SmsEmulator create(Map<String, ?> options, String url, String token) {
        return new SmsEmulator(url.replaceAll("/$", ""), token, options);
    }

    /** A credential: {@code account("smsoffice", "key")}. */
    public String account(String provider, String name) { return String.valueOf(object(accounts.get(provider)).get(name)); }

    /** Messages that fit the filters (to, contains, status, provider), oldest first. */
    public List<Message> messages(Map<String, ?> filters) { return messagesIn(call("GET", at("/messages"), null, filters)); }

    /** Callbacks that fit the filters (message, status, accepted), oldest first. */
    public List<Callback> callbacks(Map<String, ?> filters) {
        var told = new ArrayList<Callback>();
        for (var one : list(object(call("GET", at("/callbacks"), null, filters)).get("callbacks"))) {
            told.add(new Callback((String) one.get("id"), (String) one.get("message_id"), (String) one.get("status"), ((Number) one.get("attempt")).longValue(),
                (Boolean) one.get("accepted"), (String) one.get("verdict"), object(one.get("sent"))));
        }
        return told;
    }

    /** The code in the newest message to that number. */
    public String otp(String to) { return (String) object(call("GET", at("/otp"), null, Map.of("to", to))).get("code"); }

    /** As soon as {@code count} messages fit the filters. */
    public List<Message> waitFor(int count, Map<String, ?> filters) {
        var query = new LinkedHashMap<String, Object>(Map.of("for", "messages", "count", count));
        query.putAll(filters);
        return messagesIn(call("GET", at("/wait"), null, query));
    }

    /** Time moves on until nothing is due. */
    public void settle() { call("POST", at("/settle"), Map.of("timeout", 10), Map.of()); }

    /** Time moves on. */
    public void advance(Duration by) { call("POST", at("/clock"), Map.of("advance", by.toMillis() / 1000.0), Map.of()); }

    /** Replaces the rules put in by hand. */
    public void putRules(List<? extends Map<String, ?>> rules) { call("PUT", at("/rules"), Map.of("rules", rules), Map.of()); }

    /** What a failed test should print. */
    public String report() { return (String) call("GET", at("/report"), null, Map.of()); }

    /** Runs a test; when it fails, its report is printed. */
    public <T> T explained(Callable<T> test) throws Exception {
        try {
            return test.call();
        } catch (Exception | AssertionError error) {
            String told;
            try {
                told = report();
            } catch (RuntimeException trouble) { // it must not hide the failure that it should explain
                told = trouble.toString();
            }
            System.err.println("sms-emulator\n" + told);
            throw error;
        }
    }

    /** Deletes the sandbox. */
    @Override
    public void close() { call("DELETE", at(""), null, Map.of()); }

    private String at(String path) { return "/_emulator/sandboxes/" + id + path; }

    private Object call(String method, String path, Object body, Map<String, ?> query) {
        var words = query.entrySet().stream().map(one -> encoded(one.getKey()) + "=" + encoded(one.getValue())).collect(Collectors.joining("&"));
        var request = HttpRequest.newBuilder(URI.create(baseUrl + path + (words.isEmpty() ? "" : "?" + words))).timeout(Duration.ofMinutes(1))
            .header("Content-Type", "application/json")
            .method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(Json.text(body)));
        if (token != null && !token.isEmpty()) request.header("Authorization", "Bearer " + token);
        HttpResponse<String> answer;
        try {
            answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (IOException error) {
            throw new IllegalStateException("no emulator answers at " + baseUrl + ": " + error + "; start one with sms-emulator serve", error);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(error);
        }
        var text = answer.body();
        var json = answer.headers().firstValue("Content-Type").orElse("").contains("json") && !text.isEmpty();
        if (answer.statusCode() >= 400) {
            var error = json ? object(object(new Json(text).value()).get("error")) : Map.<String, Object>of("code", "no-control-api", "message", text);
            throw new Refused(method + " " + path, answer.statusCode(), error);
        }
        return json ? new Json(text).value() : text;
    }

    private static List<Message> messagesIn(Object told) {
        return list(object(told).get("messages")).stream().map(one -> new Message((String) one.get("id"), (String) one.get("provider"), (String) one.get("to"),
            (String) one.get("sender"), (String) one.get("text"), (String) one.get("reference"), (String) one.get("status"),
            ((Number) one.get("parts")).longValue(), ((Number) one.get("cost")).doubleValue())).toList();
    }

    private static String encoded(Object value) { return URLEncoder.encode(String.valueOf(value), StandardCharsets.UTF_8); }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) { return (Map<String, Object>) value; }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Object value) { return (List<Map<String, Object>>) value; }

    /** JSON, which the JDK lacks: maps, lists, strings, numbers, booleans and null. */
    private static final class Json {
        private final String text;
        private int at = 0;

        Json(String text) { this.text = text; }

        static String text(Object value) {
            if (value instanceof Map<?, ?> map) return map.entrySet().stream().map(one -> text(String.valueOf(one.getKey())) + ":" + text(one.getValue())).collect(Collectors.joining(",", "{", "}"));
            if (value instanceof Iterable<?> all) {
                var parts = new ArrayList<String>();
                all.forEach(one -> parts.add(text(one)));
                return "[" + String.join(",", parts) + "]";
            }
            if (value == null || value instanceof Number || value instanceof Boolean) return String.valueOf(value);
            var quoted = new StringBuilder("\"");
            String.valueOf(value).chars().forEach(one -> quoted.append(one < ' ' || one == '"' || one == '\\' ? String.format("\\u%04x", one) : String.valueOf((char) one)));
            return quoted.append('"').toString();
        }

        Object value() {
            switch (next()) {
                case '{': {
                    var map = new LinkedHashMap<String, Object>();
                    for (at++; next() != '}'; skip(',')) {
                        var name = string();
                        next();
                        skip(':');
                        map.put(name, value());
                    }
                    at++;
                    return map;
                }
                case '[': {
                    var list = new ArrayList<Object>();
                    for (at++; next() != ']'; skip(',')) list.add(value());
                    at++;
                    return list;
                }
                case '"': return string();
                default: return plain();
            }
        }

        private char next() {
            while (Character.isWhitespace(text.charAt(at))) at++;
            return text.charAt(at);
        }

        private void skip(char mark) { if (next() == mark) at++; }

        private String string() {
            var read = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                if (text.charAt(at) != '\\') { read.append(text.charAt(at)); continue; }
                var escape = text.charAt(++at);
                if (escape == 'u') { read.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16)); at += 4; continue; }
                var known = "bfnrt".indexOf(escape);
                read.append(known < 0 ? escape : "\b\f\n\r\t".charAt(known));
            }
            at++;
            return read.toString();
        }

        private Object plain() {
            var from = at;
            while (at < text.length() && ",]} \n\r\t".indexOf(text.charAt(at)) < 0) at++;
            var word = text.substring(from, at);
            return switch (word) {
                case "null" -> null;
                case "true" -> true;
                case "false" -> false;
                default -> word.matches("-?\\d{1,18}") ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
            };
        }
    }
}
