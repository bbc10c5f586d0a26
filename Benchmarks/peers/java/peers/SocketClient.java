package peers;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/** A client on java.net.Socket: a thread per lane, which blocks; a virtual one with {@code --virtual}. */
final class SocketClient {
    private static final int LONGEST_HEAD = 64 * 1024;

    public static void main(String[] arguments) throws Exception {
        try {
            var trial = new Trial();
            var conversations = new Lanes.Conversation[trial.lanes];
            Arrays.setAll(conversations, lane -> switch (trial.workload) {
                case "sleep" -> sleeper(trial);
                case "echo" -> new Echo(trial);
                default -> new Http(trial);
            });
            Lanes.run(trial, conversations, Arrays.asList(arguments).contains("--virtual"));
        } catch (IOException | IllegalArgumentException error) {
            Trial.fail(error);
        }
    }

    private static Lanes.Conversation sleeper(Trial trial) {
        var duration = Duration.ofNanos(trial.sleep);
        return number -> Thread.sleep(duration);
    }

    /** A connection that is opened when there is none. Its time limit is that of each read. */
    private abstract static class Connection implements Lanes.Conversation {
        final Trial trial;
        InputStream input;
        private final InetSocketAddress address;
        private final int timeout;
        private Socket socket;
        private boolean isUsed;
        boolean isAnswered;

        Connection(Trial trial) {
            this.trial = trial;
            var endpoint = trial.endpoint();
            int colon = endpoint.lastIndexOf(':');
            int port = Integer.parseInt(endpoint.substring(colon + 1));
            address = new InetSocketAddress(endpoint.substring(0, colon), port);
            timeout = Math.toIntExact(Math.ceilDiv(trial.timeout, 1_000_000));
        }

        @Override
        public void connect() throws IOException {
            if (socket != null) {
                return;
            }
            socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(timeout);
            socket.connect(address, timeout);
            input = new BufferedInputStream(socket.getInputStream());
            isUsed = false;
        }

        @Override
        public void close() {
            try {
                if (socket != null) {
                    socket.close();
                }
            } catch (IOException error) {
                // It is given up whether or not it could be closed.
            }
            socket = null;
        }

        @Override
        public void run(long number) throws IOException {
            try {
                attempt(number);
            } catch (IOException error) {
                boolean isStale = isUsed && !isAnswered && Failure.of(error).isOfClosedConnection();
                if (!isStale || trial.asksForFault(number)) {
                    throw error;
                }
                close();
                attempt(number);
            }
            isUsed = true;
            if (!trial.keepsConnections) {
                close();
            }
        }

        private void attempt(long number) throws IOException {
            isAnswered = false;
            connect();
            exchange(number);
        }

        abstract void exchange(long number) throws IOException;

        void send(byte[] bytes, int offset, int count) throws IOException {
            socket.getOutputStream().write(bytes, offset, count);
        }

        byte[] receive(int count) throws IOException {
            var bytes = input.readNBytes(count);
            isAnswered |= bytes.length > 0;
            if (bytes.length < count) {
                throw new EOFException();
            }
            return bytes;
        }
    }

    private static final class Echo extends Connection {
        Echo(Trial trial) {
            super(trial);
        }

        @Override
        void exchange(long number) throws IOException {
            var message = trial.message(number);
            for (int offset = 0; offset < message.length; offset += Trial.ECHO_WINDOW) {
                int end = Math.min(offset + Trial.ECHO_WINDOW, message.length);
                send(message, offset, end - offset);
                var reply = receive(end - offset);
                if (!Arrays.equals(reply, 0, reply.length, message, offset, end)) {
                    throw new Failure(Failure.WRONG_CONTENT);
                }
            }
        }
    }

    private static final class Http extends Connection {
        private final byte[] line = new byte[LONGEST_HEAD];

        Http(Trial trial) {
            super(trial);
        }

        @Override
        void exchange(long number) throws IOException {
            var request = trial.request(number);
            send(request, 0, request.length);
            int status = status(readLine());
            int length = -1;
            for (var field = readLine(); !field.isEmpty(); field = readLine()) {
                int colon = field.indexOf(':');
                if (colon > 0 && field.substring(0, colon).equalsIgnoreCase("content-length")) {
                    length = number(field.substring(colon + 1).strip());
                }
            }
            if (length < 0) {
                throw new Failure(Failure.MALFORMED);
            }
            trial.verify(number, status, receive(length));
            if (input.available() > 0) {
                throw new Failure(Failure.UNEXPECTED_BYTES);
            }
        }

        private static int status(String line) throws Failure {
            if (!line.startsWith("HTTP/1.1 ") || line.length() < 12) {
                throw new Failure(Failure.MALFORMED);
            }
            return number(line.substring(9, 12));
        }

        private static int number(String text) throws Failure {
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException error) {
                throw new Failure(Failure.MALFORMED);
            }
        }

        private String readLine() throws IOException {
            for (int count = 0; count < line.length; count++) {
                int next = input.read();
                if (next < 0) {
                    var begin = new String(line, 0, Math.min(count, 5), StandardCharsets.US_ASCII);
                    boolean isHttp = "HTTP/".startsWith(begin);
                    throw isAnswered && !isHttp ? new Failure(Failure.MALFORMED) : new EOFException();
                }
                isAnswered = true;
                if (next == '\n') {
                    int end = count > 0 && line[count - 1] == '\r' ? count - 1 : count;
                    return new String(line, 0, end, StandardCharsets.ISO_8859_1);
                }
                line[count] = (byte) next;
            }
            throw new Failure(Failure.MALFORMED);
        }
    }

    private SocketClient() {}
}
