package peers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;

/** A server on virtual threads: com.sun.net.httpserver for HTTP, java.net for echoes. */
final class Server {
    private static final int BACKLOG = 4096;

    public static void main(String[] arguments) throws IOException {
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var plan = new Plan(input.readLine());
        var address = plan.text("address");
        if (address.startsWith("unix:")) {
            System.err.println(address + ": com.sun.net.httpserver has no UNIX sockets");
            System.exit(1);
        }
        int colon = address.lastIndexOf(':');
        var host = address.substring(0, colon);
        int port = Integer.parseInt(address.substring(colon + 1));
        if (plan.text("protocol").equals("http")) {
            var content = new Content(Path.of(plan.text("content")));
            var server = HttpServer.create(new InetSocketAddress(host, port), BACKLOG);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", exchange -> answer(content, exchange));
            server.start();
            port = server.getAddress().getPort();
        } else {
            var listener = new ServerSocket(port, BACKLOG, InetAddress.getByName(host));
            Thread.ofPlatform().daemon().start(() -> accept(listener));
            port = listener.getLocalPort();
        }
        System.out.println("listening " + host + ":" + port);
        while (input.readLine() != null) {}
        System.exit(0);
    }

    /** Answers with a greeting or an operation's content, after the delay that is asked for. */
    private static void answer(Content content, HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body;
            try {
                var fields = fields(exchange.getRequestURI().getRawQuery());
                var size = fields.get("size");
                if (size == null) {
                    var client = exchange.getRemoteAddress().getAddress().getHostAddress();
                    body = ("Hello, " + client + "!").getBytes(StandardCharsets.UTF_8);
                } else {
                    body = new byte[Integer.parseInt(size)];
                    content.copy(Long.parseLong(fields.get("op")), 0, body, 0);
                }
                var delay = fields.get("delay");
                if (delay != null) {
                    Thread.sleep(duration(delay));
                }
            } catch (IllegalArgumentException | InterruptedException error) {
                exchange.sendResponseHeaders(400, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static Map<String, String> fields(String query) {
        var fields = new HashMap<String, String>();
        if (query != null) {
            for (var field : query.split("&")) {
                int equals = field.indexOf('=');
                fields.put(equals < 0 ? field : field.substring(0, equals), field.substring(equals + 1));
            }
        }
        return fields;
    }

    /** Reads a time such as 2ms. */
    private static Duration duration(String text) {
        if (text.endsWith("us")) {
            return Duration.ofNanos(1000 * Long.parseLong(text.substring(0, text.length() - 2)));
        }
        if (text.endsWith("ms")) {
            return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
        }
        if (text.endsWith("s")) {
            return Duration.ofSeconds(Long.parseLong(text.substring(0, text.length() - 1)));
        }
        throw new IllegalArgumentException(text + " is no time");
    }

    private static void accept(ServerSocket listener) {
        try (listener) {
            while (true) {
                var socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            echo(socket);
        } catch (IOException | InterruptedException error) {
            // The client has gone.
        }
    }

    /** Sends back the received bytes, message by message. */
    private static void echo(Socket socket) throws IOException, InterruptedException {
        var input = socket.getInputStream();
        var output = socket.getOutputStream();
        var buffer = new byte[Trial.ECHO_WINDOW];
        while (true) {
            int received = input.readNBytes(buffer, 0, Trial.ECHO_HEADER);
            if (received < Trial.ECHO_HEADER) {
                return;
            }
            var header = ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN);
            int left = header.getInt(8) - received;
            int delay = header.getInt(12);
            if (delay > 0) {
                Thread.sleep(Duration.ofNanos(1000L * delay));
            }
            // What is there of the body goes out with the header.
            int count = Math.min(left, Math.min(input.available(), buffer.length - received));
            received += input.readNBytes(buffer, received, count);
            left -= count;
            output.write(buffer, 0, received);
            while (left > 0) {
                count = input.read(buffer, 0, Math.min(left, buffer.length));
                if (count < 0) {
                    return;
                }
                output.write(buffer, 0, count);
                left -= count;
            }
        }
    }

    private Server() {}
}
