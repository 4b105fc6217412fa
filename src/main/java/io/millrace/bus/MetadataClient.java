package io.millrace.bus;

import io.millrace.model.TopicName;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The cluster's metadata as an endpoint sees it. Changes go to the controller; futures complete
 * once the change is committed, durable, and the local shards have opened or closed their
 * partitions. They fail with {@link io.millrace.model.StreamException}.
 *
 * <p>Threading: one client per event loop; called and completing on that loop. {@link #image()} is
 * safe from any thread.
 */
public interface MetadataClient {
  /** The newest image that this node knows. */
  ClusterImage image();

  /** Calls back on this loop, now and with every newer image, until closed. */
  Subscription onImage(Consumer<ClusterImage> listener);

  /**
   * Creates a topic.
   *
   * @param partitions -1 for the broker's {@code num.partitions}
   * @param settings as users write them
   * @param validateOnly check everything, create nothing; the future then carries what would have
   *     been created
   */
  Future<TopicImage> createTopic(
      TopicName name, int partitions, Map<String, String> settings, boolean validateOnly);

  Future<Void> deleteTopic(TopicName name);

  /** Changes some settings; an empty text takes one back to its default. */
  Future<TopicImage> alterTopic(TopicName name, Map<String, String> changes);

  /**
   * Adds partitions until there are {@code totalPartitions}; fewer or as many as now is
   * INVALID_PARTITIONS.
   */
  Future<TopicImage> createPartitions(TopicName name, int totalPartitions);

  /** A producer id that nobody in this cluster had or will have; its epoch is 0. */
  Future<Long> allocateProducerId();

  /**
   * Asks the controller, wherever it is, for anything else; refused with POLICY_VIOLATION if this
   * node is alone and there is nothing to be had from a cluster of one.
   */
  Future<ControllerAnswer> ask(ControllerAsk ask);

  /** Ends a subscription. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
