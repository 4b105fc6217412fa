package io.millrace.client;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * {@code buffer.memory}: how many bytes of records wait to be acknowledged, who waits for room, and
 * the arrays that batches are built in, used again and again.
 *
 * <p>Invariant: 0 <= reserved; and reserved <= total, but for records that were taken in before it
 * was known how many batches they need: one for each partition of their topic at most.
 *
 * <p>Threading: any thread; only {@link #awaitRoom} blocks.
 */
final class BufferMemory {
  private final long totalBytes;
  private final int arrayBytes;
  private final int maxPooled;
  private final AtomicLong reserved = new AtomicLong();
  private final ConcurrentLinkedQueue<byte[]> pool = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pooled = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final AtomicInteger waiters = new AtomicInteger();
  private volatile Runnable onRelease = () -> {};

  /**
   * @param arrayBytes size of the arrays that are kept
   */
  BufferMemory(long totalBytes, int arrayBytes) {
    this.totalBytes = totalBytes;
    this.arrayBytes = arrayBytes;
    this.maxPooled = (int) Math.min(1 << 16, totalBytes / Math.max(1, arrayBytes));
  }

  /** Called after every release, on the thread that releases. */
  void onRelease(Runnable listener) {
    onRelease = listener;
  }

  long totalBytes() {
    return totalBytes;
  }

  long reservedBytes() {
    return reserved.get();
  }

  boolean tryReserve(long bytes) {
    while (true) {
      long before = reserved.get();
      if (before + bytes > totalBytes) {
        return false;
      }
      if (reserved.compareAndSet(before, before + bytes)) {
        return true;
      }
    }
  }

  /** Reserves even what is not there. */
  void reserveAnyway(long bytes) {
    reserved.addAndGet(bytes);
  }

  void release(long bytes) {
    long left = reserved.addAndGet(-bytes);
    if (left < 0) {
      throw new IllegalStateException("buffer memory was released twice: " + left);
    }
    if (waiters.get() > 0) {
      signalAll();
    }
    onRelease.run();
  }

  private void signalAll() {
    lock.lock();
    try {
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until so many bytes were free once.
   *
   * @return false if that took longer than {@code nanos}
   * @throws InterruptedException if the thread is interrupted
   */
  boolean awaitRoom(long bytes, long nanos) throws InterruptedException {
    waiters.incrementAndGet();
    lock.lock();
    try {
      long left = nanos;
      while (reserved.get() + bytes > totalBytes) {
        if (left <= 0) {
          return false;
        }
        left = room.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
      waiters.decrementAndGet();
    }
  }

  /** An array to build a batch in; its bytes are anybody's. */
  byte[] takeArray() {
    byte[] array = pool.poll();
    if (array == null) {
      return new byte[arrayBytes];
    }
    pooled.decrementAndGet();
    return array;
  }

  /** Takes an array back; one of another size is left to the collector. */
  void giveArray(byte[] array) {
    if (array.length == arrayBytes && pooled.get() < maxPooled) {
      pooled.incrementAndGet();
      pool.add(array);
    }
  }
}
