package io.millrace.record;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many still hold a slice. It begins with one holder, and once it has none it never has one
 * again.
 *
 * <p>Threading: any thread.
 */
public final class ReferenceCount {
  private final AtomicInteger holders = new AtomicInteger(1);

  /** How many hold it; 0 once everybody has let go. */
  public int get() {
    return holders.get();
  }

  /**
   * One holder more.
   *
   * @throws IllegalStateException if everybody has let go already
   */
  public void retain() {
    holders.updateAndGet(
        count -> {
          requireHeld(count);
          return count + 1;
        });
  }

  /**
   * One holder less.
   *
   * @return whether it was the last one, who frees what is held
   * @throws IllegalStateException if everybody has let go already
   */
  public boolean release() {
    int left =
        holders.updateAndGet(
            count -> {
              requireHeld(count);
              return count - 1;
            });
    return left == 0;
  }

  /**
   * Checks a use.
   *
   * @throws IllegalStateException if everybody has let go already
   */
  public void requireHeld() {
    requireHeld(holders.get());
  }

  private static void requireHeld(int count) {
    if (count == 0) {
      throw new IllegalStateException(
          "a slice was used, retained or released after its last release");
    }
  }
}
