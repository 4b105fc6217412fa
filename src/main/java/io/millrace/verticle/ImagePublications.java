package io.millrace.verticle;

import io.millrace.bus.ImagePublisher;
import io.millrace.model.image.ClusterImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes committed images one at a time; of those that come while one is under way only the
 * newest counts, since an image holds all that the ones before it did.
 *
 * <p>Threading: the metadata verticle's context.
 */
final class ImagePublications {
  private static final Logger LOG = LoggerFactory.getLogger(ImagePublications.class);

  private final ImagePublisher publisher;
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private @Nullable ClusterImage next;
  private long committedVersion;
  private boolean publishing;

  ImagePublications(ImagePublisher publisher) {
    this.publisher = publisher;
  }

  /** An image was committed; versions grow. */
  void committed(ClusterImage image) {
    next = image;
    committedVersion = image.version();
    publishNext();
  }

  /**
   * Completes once everything committed up to now is followed by the shards and seen by the node.
   */
  Future<Void> published() {
    Promise<Void> promise = Promise.promise();
    waiters.add(new Waiter(committedVersion, promise));
    if (next == null && !publishing) {
      complete(committedVersion);
    }
    return promise.future();
  }

  private void publishNext() {
    ClusterImage image = next;
    if (publishing || image == null) {
      return;
    }
    publishing = true;
    next = null;
    publisher
        .publish(image)
        .onComplete(
            done -> {
              if (done.failed()) {
                LOG.error(
                    "imageVersion={} is not followed by every shard: {}",
                    image.version(),
                    done.cause().getMessage());
              }
              publishing = false;
              complete(image.version());
              publishNext();
            });
  }

  private void complete(long version) {
    while (!waiters.isEmpty() && waiters.peek().version() <= version) {
      waiters.remove().promise().complete();
    }
  }

  private record Waiter(long version, Promise<Void> promise) {}
}
