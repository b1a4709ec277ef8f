import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** The mock as a test sees it: an account of the test's own, opened and looked at over the control API. */
public class MockGateway implements AutoCloseable {
    public final String endpoint, userCode, userPass;
    private final HttpClient http = HttpClient.newHttpClient();

    public MockGateway(String endpoint) throws Exception {
        this.endpoint = endpoint;
        JsonObject account = api("POST", "/accounts", Map.of("settings", Map.of("balance_interval", 0)));
        userCode = account.get("user_code").getAsString();
        userPass = account.get("user_pass").getAsString();
    }

    /** The SMS to this number, as soon as there is one. */
    public JsonObject waitFor(String phone) throws Exception {
        return api("GET", "/wait?account=" + userCode + "&to=" + phone + "&timeout=5", null);
    }

    /** The next call of this operation is refused with this code. */
    public void refuseNext(String operation, int code) throws Exception {
        api("POST", "/faults", Map.of("kind", "code", "code", code, "account", userCode, "operation", operation, "times", 1));
    }

    /** What the mock noted as wrong with the calls of this account. */
    public List<String> warnings() throws Exception {
        String query = URLEncoder.encode("account:" + userCode + " has:warning", StandardCharsets.UTF_8);
        JsonElement entries = api("GET", "/journal?q=" + query, null).get("entries");
        return StreamSupport.stream(entries.getAsJsonArray().spliterator(), false)
            .map(entry -> entry.getAsJsonObject().get("notes").toString()).toList();
    }

    @Override
    public void close() throws Exception {
        api("DELETE", "/accounts/" + userCode, null);
    }

    private JsonObject api(String method, String path, Object body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + "/_mock/api/v1" + path))
            .header("Content-Type", "application/json")
            .method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(new Gson().toJson(body)));
        String token = System.getenv("WINNERLOOK_MOCK_TOKEN"); // wanted where the mock does not listen on loopback
        if (token != null) request.header("Authorization", "Bearer " + token);
        var answer = http.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() >= 400) throw new AssertionError(method + " " + path + ": " + answer.body());
        return answer.body().isEmpty() ? new JsonObject() : JsonParser.parseString(answer.body()).getAsJsonObject();
    }
}
