package io.millrace.testing;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Netty's leak detector, which keeps what it finds for {@link LeakCheck}.
 *
 * <p>Threading: any thread.
 *
 * @param <T> what may leak
 */
final class LeakRecorder<T> extends ResourceLeakDetector<T> {

  private static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();

  private LeakRecorder(Class<?> resourceType, int samplingInterval) {
    super(resourceType, samplingInterval);
  }

  /** Watches every buffer made from now on. Must be called before Netty makes its first one. */
  static void install() {
    ResourceLeakDetector.setLevel(Level.PARANOID);
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
        new ResourceLeakDetectorFactory() {
          @SuppressWarnings("deprecation") // abstract, so it has to be there
          @Override
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int samplingInterval, long unused) {
            return new LeakRecorder<>(resource, samplingInterval);
          }
        });
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
