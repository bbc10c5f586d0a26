package peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The bytes that both ends know: a pool, stored twice. An operation's content is a range of it that wraps around. */
final class Content {
    private static final int PERIOD = 1 << 16;

    private final byte[] pool;

    Content(Path path) throws IOException {
        pool = Files.readAllBytes(path);
    }

    /** Copies an operation's content from {@code from} on to the place {@code at} of {@code bytes}, until its end. */
    void copy(long number, int from, byte[] bytes, int at) {
        int begin = begin(number, from);
        for (int done = at; done < bytes.length; done += PERIOD) {
            System.arraycopy(pool, begin, bytes, done, Math.min(PERIOD, bytes.length - done));
        }
    }

    /** Whether {@code bytes} are an operation's content. */
    boolean matches(long number, byte[] bytes) {
        int begin = begin(number, 0);
        for (int done = 0; done < bytes.length; done += PERIOD) {
            int count = Math.min(PERIOD, bytes.length - done);
            if (!Arrays.equals(bytes, done, done + count, pool, begin, begin + count)) {
                return false;
            }
        }
        return true;
    }

    private static int begin(long number, int offset) {
        return (int) ((mix(number) + offset) & (PERIOD - 1));
    }

    /** The finaliser of SplitMix64. */
    private static long mix(long number) {
        long z = number + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
