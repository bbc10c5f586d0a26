package peers;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpTimeoutException;

/** An operation that was not verified. */
final class Failure extends IOException {
    private static final long serialVersionUID = 1;

    static final int VERIFIED = 0;
    static final int SYSTEM_ERROR = 1;
    static final int TIMEOUT = 2;
    static final int WRONG_CONTENT = 3;
    static final int PREMATURE_END = 4;
    static final int STATUS = 5;
    static final int MALFORMED = 6;
    static final int UNEXPECTED_BYTES = 7;
    static final int UNFINISHED = 255;

    private static final int EPIPE = 32;
    private static final int ECONNRESET = 104;
    private static final int ECONNREFUSED = 111;

    final int outcome;
    final int detail;

    Failure(int outcome, int detail) {
        super("outcome " + outcome + ", detail " + detail);
        this.outcome = outcome;
        this.detail = detail;
    }

    Failure(int outcome) {
        this(outcome, 0);
    }

    /** The outcome that an error of the JDK stands for. It has the system's message, but not its number. */
    static Failure of(IOException error) {
        if (error instanceof Failure failure) {
            return failure;
        }
        if (error instanceof SocketTimeoutException || error instanceof HttpTimeoutException) {
            return new Failure(TIMEOUT);
        }
        if (error instanceof EOFException) {
            return new Failure(PREMATURE_END);
        }
        if (error instanceof ConnectException) {
            return new Failure(SYSTEM_ERROR, ECONNREFUSED);
        }
        if (error.getCause() instanceof IOException cause) {
            return of(cause); // HttpClient puts what java.net told it in words of its own
        }
        var message = String.valueOf(error.getMessage());
        if (message.contains("Broken pipe")) {
            return new Failure(SYSTEM_ERROR, EPIPE);
        }
        if (error instanceof SocketException || message.contains("Connection reset")) {
            return new Failure(SYSTEM_ERROR, ECONNRESET);
        }
        return new Failure(PREMATURE_END);
    }

    /** Whether the connection was found closed. */
    boolean isOfClosedConnection() {
        return outcome == PREMATURE_END || outcome == SYSTEM_ERROR && (detail == EPIPE || detail == ECONNRESET);
    }
}
