package io.millrace.bus;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds what is under way to one shard, because the event bus itself does not. Taken before a
 * request is sent, given back when its reply has come.
 *
 * <p>Invariants: {@code 0 <= messages <= maxMessages}; {@code 0 <= bytes}; {@code bytes <=
 * maxBytes} unless one request alone is larger.
 *
 * <p>Threading: any thread; shared by all the loops that send to the shard.
 */
public final class Admission {
  private final int maxMessages;
  private final long maxBytes;
  private final AtomicInteger messages = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  public Admission(int maxMessages, long maxBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  /** Whether a request of this size may be sent; if so, {@link #giveBack} follows exactly once. */
  public boolean tryTake(long sizeBytes) {
    if (messages.incrementAndGet() > maxMessages) {
      messages.decrementAndGet();
      return false;
    }
    long before = bytes.getAndAdd(sizeBytes);
    // A request larger than the bound would never pass; alone it may.
    if (before > 0 && before + sizeBytes > maxBytes) {
      bytes.addAndGet(-sizeBytes);
      messages.decrementAndGet();
      return false;
    }
    return true;
  }

  public void giveBack(long sizeBytes) {
    if (messages.decrementAndGet() < 0 || bytes.addAndGet(-sizeBytes) < 0) {
      throw new IllegalStateException("more was given back to a shard's admission than was taken");
    }
  }

  /** Requests under way now. */
  public int messages() {
    return messages.get();
  }

  /** Bytes under way now. */
  public long bytes() {
    return bytes.get();
  }
}
