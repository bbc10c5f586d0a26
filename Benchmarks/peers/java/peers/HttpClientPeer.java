package peers;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;

/** A client on java.net.http: one HttpClient, asked from a virtual thread per lane. Its pool has the connections. */
final class HttpClientPeer {
    public static void main(String[] arguments) throws Exception {
        // Of its own accord HttpClient sends a GET again whose connection was lost, even where that was a new one.
        System.setProperty("jdk.httpclient.redirects.retrylimit", "1");
        try {
            var trial = new Trial();
            var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            var conversations = new Lanes.Conversation[trial.lanes];
            Arrays.fill(conversations, (Lanes.Conversation) number -> fetch(trial, client, number));
            Lanes.run(trial, conversations, true);
        } catch (IOException | IllegalArgumentException error) {
            Trial.fail(error);
        }
    }

    private static void fetch(Trial trial, HttpClient client, long number) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://" + trial.authority() + trial.target(number)));
        if (trial.timeout > 0) {
            request.timeout(Duration.ofNanos(trial.timeout));
        }
        try {
            var response = client.send(request.build(), BodyHandlers.ofByteArray());
            trial.verify(number, response.statusCode(), response.body());
        } catch (ProtocolException error) {
            throw new Failure(Failure.MALFORMED);
        }
    }

    private HttpClientPeer() {}
}
