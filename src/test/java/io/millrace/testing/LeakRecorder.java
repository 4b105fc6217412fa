package io.millrace.testing;

import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Netty's leak detector, which keeps what it finds for {@link LeakCheck}. The JVM of the tests
 * names it in {@code io.netty.customResourceLeakDetector}, so that it is there before the first
 * buffer, whichever test comes first.
 *
 * <p>Threading: any thread.
 *
 * @param <T> what may leak
 */
public final class LeakRecorder<T> extends ResourceLeakDetector<T> {

  private static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();

  /** Called by Netty for each kind of resource. */
  public LeakRecorder(Class<?> resourceType, int samplingInterval) {
    super(resourceType, samplingInterval);
  }

  /**
   * The constructor of older releases, which Netty looks for first and complains of if it is not
   * there.
   */
  public LeakRecorder(Class<?> resourceType, int samplingInterval, long unused) {
    this(resourceType, samplingInterval);
  }

  /** What was found since the last call. */
  static List<String> takeFound() {
    List<String> taken = new ArrayList<>();
    for (String leak = FOUND.poll(); leak != null; leak = FOUND.poll()) {
      taken.add(leak);
    }
    return taken;
  }

  @Override
  protected boolean needReport() {
    return true;
  }

  @Override
  protected void reportTracedLeak(String resourceType, String records) {
    FOUND.add(resourceType + " was not released before it was collected:" + records);
  }

  @Override
  protected void reportUntracedLeak(String resourceType) {
    FOUND.add(resourceType + " was not released before it was collected");
  }
}
