package io.millrace.verticle;

import io.millrace.bus.ImagePublisher;
import io.millrace.model.image.ClusterImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.Consumer;
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

  private static final long NOTHING = -1;

  private final ImagePublisher publisher;
  private final Queue<Waiter> waiters =
      new PriorityQueue<>(Comparator.comparingLong(Waiter::version));
  private Consumer<ClusterImage> listener = image -> {};
  private long publishedVersion = NOTHING;
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
    return published(committedVersion);
  }

  /**
   * Completes once an image of this version, or a later one, is followed by the shards and seen by
   * the node.
   */
  Future<Void> published(long version) {
    if (version <= publishedVersion) {
      return Future.succeededFuture();
    }
    Promise<Void> promise = Promise.promise();
    waiters.add(new Waiter(version, promise));
    return promise.future();
  }

  /** Tells this one of every image that is published, before those who wait for it. */
  void onPublished(Consumer<ClusterImage> newListener) {
    listener = newListener;
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
              publishedVersion = image.version();
              listener.accept(image);
              complete();
              publishNext();
            });
  }

  private void complete() {
    while (!waiters.isEmpty() && waiters.peek().version() <= publishedVersion) {
      waiters.remove().promise().complete();
    }
  }

  private record Waiter(long version, Promise<Void> promise) {}
}
