package peers;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lanes that block: a thread each, platform or virtual. */
final class Lanes {
    /** Does one operation after another, and owns the connection for them. */
    interface Conversation {
        /** Opens what is not open. */
        default void connect() throws IOException {}

        /** Does an operation and verifies it. */
        void run(long number) throws IOException, InterruptedException;

        /** Closes what may be broken. */
        default void close() {}
    }

    private Lanes() {}

    /** Carries a trial out, with a lane for each conversation. */
    static void run(Trial trial, Conversation[] conversations, boolean areVirtual)
            throws IOException, InterruptedException {
        if (trial.keepsConnections) {
            for (var conversation : conversations) {
                conversation.connect();
            }
        }
        var permits = trial.limit > 0 ? new Semaphore(trial.limit) : null;
        var running = new CountDownLatch(conversations.length);
        trial.ready();
        // Daemons, as virtual threads are: one may be in the middle of an operation when the window ends.
        Thread.Builder builder = areVirtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
        for (int lane = 0; lane < conversations.length; lane++) {
            int index = lane;
            builder.start(() -> {
                try {
                    while (step(trial, index, conversations[index], permits)) {}
                } catch (InterruptedException interruption) {
                    Thread.currentThread().interrupt();
                } finally {
                    running.countDown();
                }
            });
        }
        running.await(trial.remaining(), TimeUnit.NANOSECONDS);
        trial.done();
    }

    /** Does one operation; false if none is left. */
    private static boolean step(Trial trial, int lane, Conversation conversation, Semaphore permits)
            throws InterruptedException {
        if (permits != null) {
            permits.acquire();
        }
        try {
            var operation = trial.take(lane);
            if (operation == null) {
                return false;
            }
            if (trial.isOpenLoop) {
                Trial.sleepUntil(operation.due());
                trial.begin(operation, System.nanoTime());
            }
            Failure failure = null;
            try {
                conversation.run(operation.number());
            } catch (IOException error) {
                conversation.close();
                failure = Failure.of(error);
            }
            trial.finish(operation, failure);
            return true;
        } finally {
            if (permits != null) {
                permits.release();
            }
        }
    }
}
