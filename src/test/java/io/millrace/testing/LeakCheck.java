package io.millrace.testing;

import io.netty.buffer.PooledByteBufAllocator;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class after which Netty found a buffer that nobody released. Active for every class,
 * without being named by it. The garbage collector decides when a leak is seen, so one may be
 * blamed on a later class of the same run; where it came from stands in its records.
 */
public final class LeakCheck implements AfterAllCallback {

  private static final int COLLECTIONS = 2;
  private static final long COLLECTION_TIMEOUT_MS = 5_000;

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    if (context.getRequiredTestClass().isMemberClass()) {
      return;
    }
    failOnLeaks();
  }

  static void failOnLeaks() throws InterruptedException {
    for (int i = 0; i < COLLECTIONS; i++) {
      collectGarbage();
      // The detector looks at what was collected whenever a new buffer is made.
      PooledByteBufAllocator.DEFAULT.directBuffer(1).release();
    }
    List<String> leaks = LeakRecorder.takeFound();
    if (!leaks.isEmpty()) {
      throw new AssertionError(leaks.size() + " buffers leaked:\n" + String.join("\n", leaks));
    }
  }

  private static void collectGarbage() throws InterruptedException {
    ReferenceQueue<Object> collected = new ReferenceQueue<>();
    WeakReference<Object> witness = new WeakReference<>(new Object(), collected);
    System.gc();
    if (collected.remove(COLLECTION_TIMEOUT_MS) != witness) {
      throw new AssertionError("no garbage collection in " + COLLECTION_TIMEOUT_MS + " ms");
    }
  }
}
