package peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A client's side of the peer contract, version 1: the plan, the counters that all lanes take their operations from,
 * and the rows that they write. System.nanoTime() is CLOCK_MONOTONIC on Linux.
 */
final class Trial {
    static final int ECHO_HEADER = 16;
    /** The most bytes of a message to send before they come back. */
    static final int ECHO_WINDOW = 32 * 1024;

    private static final int ROW_SIZE = 32;
    private static final long WARM_UP = 1L << 63;
    private static final String[] FAULTS = {"", "reset", "truncate", "stall", "garbage", "drip"};

    /** An operation that a lane has taken: its number on the wire, and when it is due in an open loop. */
    record Operation(long number, long due, long label, int row, int lane) {}

    final Plan plan;
    final String workload;
    final int lanes;
    final int limit;
    final long timeout;
    final long sleep;
    final OptionalInt size;
    final boolean keepsConnections;
    final Content content;
    final boolean isOpenLoop;
    private final byte[] greeting;
    private final long count;
    private final long capacity;
    private final long warmUp;
    private final long duration;
    private final int delay;
    private final ByteBuffer starts;
    private final ByteBuffer delays;
    private final ByteBuffer faults;
    private final ByteBuffer rows;
    private final BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong warmUpNumbers = new AtomicLong();
    private final AtomicLong places = new AtomicLong();
    private long start;
    private long opens;
    private long closes;

    /** Reads the plan from standard input. */
    Trial() throws IOException {
        plan = new Plan(input.readLine());
        workload = plan.text("workload");
        lanes = plan.integer("lanes").getAsInt();
        limit = plan.integer("limit").orElse(0);
        timeout = plan.number("timeout_ns").orElse(0);
        sleep = plan.number("sleep_ns").orElse(0);
        size = plan.integer("size");
        keepsConnections = !"new".equals(plan.text("connection"));
        var pool = plan.text("content");
        content = pool == null ? null : new Content(Path.of(pool)); // absent for sleep
        greeting = String.valueOf(plan.text("greeting")).getBytes(StandardCharsets.UTF_8);
        count = plan.number("count").orElse(Long.MAX_VALUE);
        capacity = plan.number("capacity").getAsLong();
        warmUp = plan.number("warmup_ns").orElse(0);
        duration = plan.number("duration_ns").orElse(0);
        delay = plan.integer("delay_us").orElse(0);
        starts = table("starts");
        delays = table("delays");
        faults = table("faults");
        isOpenLoop = starts != null;
        rows = plan.is("record", true) ? mapped(Path.of(plan.text("rows"))) : null;
    }

    private ByteBuffer table(String name) throws IOException {
        var path = plan.text(name);
        return path == null ? null : ByteBuffer.wrap(Files.readAllBytes(Path.of(path))).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer mapped(Path path) throws IOException {
        try (var file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return file.map(MapMode.READ_WRITE, 0, file.size()).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** Reports that the lanes are connected, and returns at the start. */
    void ready() throws IOException {
        System.out.println("ready");
        var words = String.valueOf(input.readLine()).split(" ");
        if (words.length != 2 || !words[0].equals("start")) {
            System.exit(0);
        }
        start = Long.parseLong(words[1]);
        opens = start + warmUp;
        closes = duration == 0 ? Long.MAX_VALUE : opens + duration;
        sleepUntil(start);
    }

    /** How long it is until the window ends, in nanoseconds. */
    long remaining() {
        return Math.max(0, closes - System.nanoTime());
    }

    /** Reports that all rows are written, and exits when standard input ends. */
    void done() throws IOException {
        System.out.println("done");
        while (input.readLine() != null) {}
        System.exit(0);
    }

    /** Tells the harness why the client cannot start, and exits. */
    static void fail(Exception reason) {
        System.out.println("failed " + String.valueOf(reason).replaceAll("\\s+", " "));
        System.exit(0);
    }

    /** Takes the next operation, which begins now, except in an open loop; null if none is left. */
    Operation take(int lane) {
        long now = System.nanoTime();
        if (now >= closes) {
            return null;
        }
        boolean isWarmUp = !isOpenLoop && now < opens;
        long number = (isWarmUp ? warmUpNumbers : numbers).getAndIncrement();
        if (!isWarmUp && number >= count) {
            return null;
        }
        // An open loop has one schedule, warm-up included.
        long due = isOpenLoop ? due(number) : now;
        if (due >= closes) {
            return null;
        }
        long place = places.getAndIncrement();
        if (place >= capacity) {
            return null;
        }
        int row = Math.toIntExact(place * ROW_SIZE);
        var operation = new Operation(number, due, isWarmUp ? number | WARM_UP : number, row, lane);
        begin(operation, isOpenLoop ? 0 : now);
        return operation;
    }

    private long due(long number) {
        return number < starts.limit() / Long.BYTES
                ? start + starts.getLong(Math.toIntExact(number * Long.BYTES))
                : Long.MAX_VALUE;
    }

    /** Writes an operation's row, which says unfinished until it ends. {@code now} is 0 until its time has come. */
    void begin(Operation operation, long now) {
        if (rows != null && now < closes) {
            rows.putLong(operation.row, operation.label);
            rows.putLong(operation.row + 8, now);
            rows.putShort(operation.row + 24, (short) Failure.UNFINISHED);
            rows.putInt(operation.row + 28, operation.lane);
        }
    }

    /** Records how an operation ended, unless the window ended first. A failure is null for a verified one. */
    void finish(Operation operation, Failure failure) {
        long now = System.nanoTime();
        if (rows != null && now < closes) {
            rows.putShort(operation.row + 24, (short) (failure == null ? Failure.VERIFIED : failure.outcome));
            rows.putShort(operation.row + 26, (short) (failure == null ? 0 : failure.detail));
            rows.putLong(operation.row + 16, now);
        }
    }

    static void sleepUntil(long instant) {
        for (long left = instant - System.nanoTime(); left > 0; left = instant - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private int delay(long number) {
        return delays == null ? delay : delays.getInt(Math.toIntExact(number * Integer.BYTES));
    }

    /** Whether the server must fail this operation. It is never repeated, because the server counts its faults. */
    boolean asksForFault(long number) {
        return fault(number) != 0;
    }

    private int fault(long number) {
        return faults == null ? 0 : faults.get(Math.toIntExact(number));
    }

    /** An operation's echo message. */
    byte[] message(long number) {
        var message = new byte[size.getAsInt()];
        ByteBuffer.wrap(message)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number | (long) fault(number) << 56)
                .putInt(message.length)
                .putInt(delay(number));
        content.copy(number, ECHO_HEADER, message, ECHO_HEADER);
        return message;
    }

    /** An address with its port, or {@code unix:} and a path. */
    String endpoint() {
        return plan.text("endpoint");
    }

    /** The value of a request's Host field. */
    String authority() {
        return endpoint().startsWith("unix:") ? "localhost" : endpoint();
    }

    /** The target of an operation's request. */
    String target(long number) {
        var target = new StringBuilder("/");
        if (fault(number) != 0) {
            target.append("?fault=").append(FAULTS[fault(number)]);
        }
        if (delay(number) != 0) {
            target.append(target.length() == 1 ? '?' : '&').append("delay=").append(delay(number)).append("us");
        }
        if (size.isPresent()) {
            target.append(target.length() == 1 ? '?' : '&').append("size=").append(size.getAsInt());
        }
        if (target.length() > 1) {
            target.append("&op=").append(number);
        }
        return target.toString();
    }

    /** An operation's request. */
    byte[] request(long number) {
        var request = "GET " + target(number) + " HTTP/1.1\r\nHost: " + authority()
                + (keepsConnections ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
        return request.getBytes(StandardCharsets.US_ASCII);
    }

    /** Throws what is wrong with the reply to an operation. */
    void verify(long number, int status, byte[] body) throws Failure {
        if (status < 200 || status > 299) {
            throw new Failure(Failure.STATUS, status);
        }
        boolean isRight = size.isPresent()
                ? body.length == size.getAsInt() && content.matches(number, body)
                : Arrays.equals(body, greeting);
        if (!isRight) {
            throw new Failure(Failure.WRONG_CONTENT);
        }
    }
}
