package io.millrace.bus;

import io.millrace.model.TopicName;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * The cluster's metadata, over the event bus.
 *
 * <p>Threading: the loop of its {@link LoopBus}; {@link #image()} any thread.
 */
public final class BusMetadataClient implements MetadataClient {
  private final LoopBus loop;
  private final LatestImage latest;
  private final Sender<MetadataRequest> sender;
  private final long timeoutNanos;
  private final List<Listener> listeners = new ArrayList<>();

  /**
   * A client for one loop.
   *
   * @param timeoutMs after which a change without an answer fails with REQUEST_TIMED_OUT
   */
  public BusMetadataClient(LoopBus loop, LatestImage latest, int timeoutMs) {
    this.loop = loop;
    this.latest = latest;
    this.sender = loop.bus().sender(Addresses.metadata());
    this.timeoutNanos = timeoutMs * 1_000_000L;
    loop.onImage(this::onImageChanged);
  }

  @Override
  public ClusterImage image() {
    return latest.get();
  }

  @Override
  public Subscription onImage(Consumer<ClusterImage> listener) {
    Listener subscribed = new Listener(listener);
    listeners.add(subscribed);
    subscribed.show(latest.get());
    return () -> listeners.remove(subscribed);
  }

  private void onImageChanged(MetadataReply.ImageChanged changed) {
    // A copy, since a listener may end its subscription.
    List.copyOf(listeners).forEach(listener -> listener.show(changed.image()));
  }

  @Override
  public Future<TopicImage> createTopic(
      TopicName name, int partitions, Map<String, String> settings, boolean validateOnly) {
    return this.<MetadataReply.TopicChanged>call(
            id ->
                new MetadataRequest.CreateTopic(
                    id, loop.address(), name, partitions, Map.copyOf(settings), validateOnly))
        .map(MetadataReply.TopicChanged::topic);
  }

  @Override
  public Future<Void> deleteTopic(TopicName name) {
    return this.<MetadataReply.Done>call(
            id -> new MetadataRequest.DeleteTopic(id, loop.address(), name))
        .mapEmpty();
  }

  @Override
  public Future<TopicImage> alterTopic(TopicName name, Map<String, String> changes) {
    return this.<MetadataReply.TopicChanged>call(
            id -> new MetadataRequest.AlterTopic(id, loop.address(), name, Map.copyOf(changes)))
        .map(MetadataReply.TopicChanged::topic);
  }

  @Override
  public Future<TopicImage> createPartitions(TopicName name, int totalPartitions) {
    return this.<MetadataReply.TopicChanged>call(
            id -> new MetadataRequest.CreatePartitions(id, loop.address(), name, totalPartitions))
        .map(MetadataReply.TopicChanged::topic);
  }

  @Override
  public Future<Long> allocateProducerId() {
    return this.<MetadataReply.ProducerIdAllocated>call(
            id -> new MetadataRequest.AllocateProducerId(id, loop.address()))
        .map(MetadataReply.ProducerIdAllocated::producerId);
  }

  @Override
  public Future<ControllerAnswer> ask(ControllerAsk ask) {
    return this.<MetadataReply.ControllerAnswered>call(
            id -> new MetadataRequest.AskController(id, loop.address(), ask))
        .map(MetadataReply.ControllerAnswered::answer);
  }

  @SuppressWarnings("unchecked") // each request names the kind of its reply
  private <R extends MetadataReply> Future<R> call(LongFunction<MetadataRequest> request) {
    Promise<MetadataReply> promise = Promise.promise();
    new MetadataCall(loop, loop.nowNanos() + timeoutNanos, promise).send(sender::send, request);
    return promise.future().map(reply -> (R) reply);
  }

  /** Sees each version once, and never an older one after a newer one. */
  private static final class Listener {
    private final Consumer<ClusterImage> consumer;
    private long seenVersion = -1;

    Listener(Consumer<ClusterImage> consumer) {
      this.consumer = consumer;
    }

    void show(ClusterImage image) {
      if (image.version() > seenVersion) {
        seenVersion = image.version();
        consumer.accept(image);
      }
    }
  }
}
