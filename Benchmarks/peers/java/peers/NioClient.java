package peers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** A client on java.nio: one thread, one Selector, a SocketChannel per lane. */
final class NioClient {
    private static final int LONGEST_HEAD = 64 * 1024;
    private static final int MILLISECOND = 1_000_000;

    private final Trial trial;
    private final Selector selector;
    private final List<Lane> lanes = new ArrayList<>();
    private final PriorityQueue<Alarm> alarms = new PriorityQueue<>(Comparator.comparingLong(Alarm::instant));
    private int busy;

    public static void main(String[] arguments) throws IOException {
        try {
            new NioClient(new Trial()).run();
        } catch (IOException | IllegalArgumentException error) {
            Trial.fail(error);
        }
    }

    private NioClient(Trial trial) throws IOException {
        this.trial = trial;
        selector = Selector.open();
        for (int index = 0; index < trial.lanes; index++) {
            lanes.add(new Lane(index));
        }
    }

    private void run() throws IOException {
        if (!trial.workload.equals("sleep") && trial.keepsConnections) {
            for (var lane : lanes) {
                busy += 1;
                lane.connect();
            }
            while (busy > 0) {
                selector.select(key -> ((Lane) key.attachment()).isReady(key));
            }
        }
        trial.ready();
        busy = lanes.size();
        lanes.forEach(Lane::next);
        while (busy > 0 && trial.remaining() > 0) {
            turn();
        }
        trial.done();
    }

    /** Waits for what comes first, a channel, an alarm or the window's end, and sees to it. */
    private void turn() throws IOException {
        long left = trial.remaining();
        if (!alarms.isEmpty()) {
            left = Math.min(left, alarms.peek().instant - System.nanoTime());
        }
        if (left > 0) {
            selector.select(key -> ((Lane) key.attachment()).isReady(key), Math.ceilDiv(left, MILLISECOND));
        } else {
            selector.selectNow(key -> ((Lane) key.attachment()).isReady(key));
        }
        while (!alarms.isEmpty() && alarms.peek().instant <= System.nanoTime()) {
            alarms.poll().lane.alarm();
        }
    }

    private record Alarm(long instant, Lane lane) {}

    /** What a lane waits for; nothing before its first operation and after its last. */
    private enum Event { NOTHING, DUE, WAKE, REPLY }

    /** Takes an operation, waits for its time, connects where there is no connection, exchanges, and again. */
    private final class Lane {
        private final int index;
        private Trial.Operation operation;
        private Event awaited = Event.NOTHING;
        /** When the lane is to be woken; its alarm is not later than that, where it has one. */
        private long wakesAt;
        private long alarmAt = Long.MAX_VALUE;
        private SocketChannel channel;
        private SelectionKey key;
        private boolean isUsed;
        private boolean isRepeated;
        private ByteBuffer message;
        private ByteBuffer received = ByteBuffer.allocate(0);

        Lane(int index) {
            this.index = index;
        }

        void next() {
            operation = trial.take(index);
            if (operation == null) {
                waitFor(Event.NOTHING, Long.MAX_VALUE);
                busy -= 1;
            } else if (trial.isOpenLoop) {
                waitFor(Event.DUE, operation.due());
            } else {
                begin();
            }
        }

        private void begin() {
            if (trial.workload.equals("sleep")) {
                waitFor(Event.WAKE, System.nanoTime() + trial.sleep);
                return;
            }
            waitFor(Event.REPLY, trial.timeout > 0 ? System.nanoTime() + trial.timeout : Long.MAX_VALUE);
            isRepeated = false;
            attempt();
        }

        /** Many operations have a time limit and few reach it: an alarm that is there serves the later ones, too. */
        private void waitFor(Event event, long instant) {
            awaited = event;
            wakesAt = instant;
            if (instant < alarmAt) {
                alarmAt = instant;
                alarms.add(new Alarm(instant, this));
            }
        }

        void alarm() {
            alarmAt = Long.MAX_VALUE;
            if (System.nanoTime() < wakesAt) {
                waitFor(awaited, wakesAt);
                return;
            }
            switch (awaited) {
                case NOTHING -> {}
                case DUE -> {
                    trial.begin(operation, System.nanoTime());
                    begin();
                }
                case WAKE -> finish(null);
                case REPLY -> finish(new Failure(Failure.TIMEOUT));
            }
        }

        private void attempt() {
            boolean isEcho = trial.workload.equals("echo");
            message = ByteBuffer.wrap(isEcho ? trial.message(operation.number()) : trial.request(operation.number()));
            message.limit(0);
            received.clear();
            try {
                if (channel == null) {
                    connect();
                } else {
                    sendNext();
                }
            } catch (IOException error) {
                failed(error);
            }
        }

        void connect() throws IOException {
            var endpoint = trial.endpoint();
            SocketAddress address;
            if (endpoint.startsWith("unix:")) {
                channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                address = UnixDomainSocketAddress.of(endpoint.substring("unix:".length()));
            } else {
                int colon = endpoint.lastIndexOf(':');
                channel = SocketChannel.open();
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                int port = Integer.parseInt(endpoint.substring(colon + 1));
                address = new InetSocketAddress(endpoint.substring(0, colon), port);
            }
            channel.configureBlocking(false);
            boolean isConnected = channel.connect(address);
            key = channel.register(selector, isConnected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
            if (isConnected) {
                connected();
            }
        }

        private void connected() throws IOException {
            isUsed = false;
            if (awaited == Event.NOTHING) {
                busy -= 1;
            } else {
                sendNext();
            }
        }

        void isReady(SelectionKey ready) {
            try {
                if (ready.isConnectable()) {
                    channel.finishConnect();
                    ready.interestOps(SelectionKey.OP_READ);
                    connected();
                } else if (ready.isWritable()) {
                    send();
                } else if (ready.isReadable()) {
                    receive();
                }
            } catch (IOException error) {
                failed(error);
            }
        }

        /** Sends the request, or the next window of an echo. */
        private void sendNext() throws IOException {
            boolean isEcho = trial.workload.equals("echo");
            int window = isEcho ? Trial.ECHO_WINDOW : message.capacity();
            message.limit(Math.min(message.capacity(), message.position() + window));
            received.clear();
            send();
        }

        private void send() throws IOException {
            channel.write(message);
            key.interestOps(message.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }

        private void receive() throws IOException {
            if (awaited != Event.REPLY) {
                close(); // nobody asked
                return;
            }
            if (received.capacity() == 0) {
                received = ByteBuffer.allocate(Trial.ECHO_WINDOW + 1);
            } else if (!received.hasRemaining()) {
                received = ByteBuffer.allocate(2 * received.capacity()).put(received.flip());
            }
            if (channel.read(received) < 0) {
                throw new Failure(Failure.PREMATURE_END);
            }
            if (trial.workload.equals("echo")) {
                receivedEcho();
            } else {
                receivedReply();
            }
        }

        private void receivedEcho() throws IOException {
            int begin = (message.position() - 1) / Trial.ECHO_WINDOW * Trial.ECHO_WINDOW;
            int length = message.position() - begin;
            if (received.position() < length) {
                return;
            }
            if (received.position() > length) {
                throw new Failure(Failure.UNEXPECTED_BYTES);
            }
            if (!Arrays.equals(received.array(), 0, length, message.array(), begin, begin + length)) {
                throw new Failure(Failure.WRONG_CONTENT);
            }
            if (message.position() < message.capacity()) {
                sendNext();
            } else {
                finish(null);
            }
        }

        private void receivedReply() throws IOException {
            int most = Math.min(received.position(), LONGEST_HEAD);
            var head = new String(received.array(), 0, most, StandardCharsets.ISO_8859_1);
            int end = head.indexOf("\r\n\r\n");
            if (end < 0) {
                boolean mayBeHttp = "HTTP/".startsWith(head.substring(0, Math.min(5, head.length())));
                if (!mayBeHttp || head.length() == LONGEST_HEAD) {
                    throw new Failure(Failure.MALFORMED);
                }
                return;
            }
            var lines = head.substring(0, end).split("\r\n");
            int bodyAt = end + 4;
            int length = length(lines);
            if (received.position() < bodyAt + length) {
                return;
            }
            if (received.position() > bodyAt + length) {
                throw new Failure(Failure.UNEXPECTED_BYTES);
            }
            var body = Arrays.copyOfRange(received.array(), bodyAt, bodyAt + length);
            trial.verify(operation.number(), status(lines[0]), body);
            finish(null);
        }

        private static int status(String line) throws Failure {
            if (!line.matches("HTTP/1\\.1 \\d{3}( .*)?")) {
                throw new Failure(Failure.MALFORMED);
            }
            return Integer.parseInt(line.substring(9, 12));
        }

        private static int length(String[] lines) throws Failure {
            for (var line : lines) {
                int colon = line.indexOf(':');
                if (colon > 0 && line.substring(0, colon).equalsIgnoreCase("content-length")) {
                    try {
                        return Integer.parseInt(line.substring(colon + 1).strip());
                    } catch (NumberFormatException error) {
                        throw new Failure(Failure.MALFORMED);
                    }
                }
            }
            throw new Failure(Failure.MALFORMED);
        }

        private void failed(IOException error) {
            if (awaited == Event.NOTHING) {
                Trial.fail(error);
            }
            var failure = Failure.of(error);
            boolean isStale = isUsed && received.position() == 0 && failure.isOfClosedConnection();
            if (isStale && !isRepeated && !trial.asksForFault(operation.number())) {
                isRepeated = true;
                close();
                attempt();
            } else {
                finish(failure);
            }
        }

        private void finish(Failure failure) {
            isUsed = true;
            if (failure != null || !trial.keepsConnections) {
                close();
            }
            trial.finish(operation, failure);
            next();
        }

        private void close() {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException error) {
                // It is given up whether or not it could be closed.
            }
            channel = null;
        }
    }
}
