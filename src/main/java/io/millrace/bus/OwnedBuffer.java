package io.millrace.bus;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A pooled buffer on its way from the loop that received it to the shard that reads it. It has one
 * owner at any time: the sender while it is QUEUED, then either the shard, which TAKES it before
 * reading the first byte, or the sender, which CANCELS it when its deadline passes or its
 * connection closes. Whoever wins the one atomic step releases it; the other must not touch the
 * bytes again. Without this, the memory of a timed-out request, recycled for another client, could
 * be written to a log.
 *
 * <p>Threading: {@link #take} and {@link #cancel} may race on different threads.
 */
public final class OwnedBuffer {
  private enum State {
    QUEUED,
    TAKEN,
    CANCELLED
  }

  private final ByteBuf buffer;
  private final int sizeBytes;
  private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);

  /** Takes over one reference of the buffer. */
  public OwnedBuffer(ByteBuf buffer) {
    this.buffer = buffer;
    this.sizeBytes = buffer.readableBytes();
  }

  public int sizeBytes() {
    return sizeBytes;
  }

  /**
   * The shard's step: true if the bytes are now its own, to read and then to {@link #release()};
   * false if the sender gave up.
   */
  public boolean take() {
    return state.compareAndSet(State.QUEUED, State.TAKEN);
  }

  /**
   * The readable bytes, writable in place; only between a won {@link #take()} and {@link
   * #release()}.
   */
  public ByteBuffer bytes() {
    if (state.get() != State.TAKEN) {
      throw new IllegalStateException(
          "a buffer is read by the one who took it, and this one is " + state.get());
    }
    return buffer.nioBuffer();
  }

  /** Gives the memory back after a won {@link #take()}; once. */
  public void release() {
    if (state.get() != State.TAKEN) {
      throw new IllegalStateException(
          "a buffer is released by the one who took it, and this one is " + state.get());
    }
    buffer.release();
  }

  /** Whether the sender gave it up before anybody read it. */
  boolean isCancelled() {
    return state.get() == State.CANCELLED;
  }

  /** The sender's step: gives the memory back if no shard has taken it; true if it won. */
  public boolean cancel() {
    boolean won = state.compareAndSet(State.QUEUED, State.CANCELLED);
    if (won) {
      buffer.release();
    }
    return won;
  }
}
