package io.millrace.model;

/**
 * An error with a stable code. The message says what was wrong, what was expected and what to do;
 * it is shown to clients as it is, so it names no path and no class.
 */
public final class StreamException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public StreamException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  public StreamException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** The error with its standard sentence. */
  public StreamException(ErrorCode code) {
    this(code, code.sentence());
  }

  public ErrorCode code() {
    return code;
  }

  public boolean retriable() {
    return code.retriable();
  }
}
