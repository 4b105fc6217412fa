package io.millrace.endpoint;

import io.millrace.bus.MetadataClient;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.control.PartitionResult;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Metadata of one node in memory, which opens and closes partitions in memory. */
public final class InMemoryMetadata implements MetadataClient {
  /** 22 characters, as clusters have. */
  public static final String CLUSTER_ID = "AAAAAAAAAAAAAAAAAAAAAQ";

  private static final NodeId NODE = new NodeId(0);

  private final InMemoryPartitions partitions;
  private final Map<TopicName, TopicImage> topics = new HashMap<>();
  private final List<BrokerImage> brokers =
      new ArrayList<>(List.of(BrokerImage.of(NODE, 1, false)));
  private final List<Consumer<ClusterImage>> listeners = new CopyOnWriteArrayList<>();
  private long version;
  private long nextTopicId = 1;
  private long nextProducerId = 1_000;
  private final AtomicLong imageReads = new AtomicLong();
  private volatile ClusterImage image;

  public InMemoryMetadata(InMemoryPartitions partitions) {
    this.partitions = partitions;
    publish();
  }

  @Override
  public ClusterImage image() {
    imageReads.incrementAndGet();
    return image;
  }

  /** How often the image was asked for. */
  public long imageReads() {
    return imageReads.get();
  }

  @Override
  public Subscription onImage(Consumer<ClusterImage> listener) {
    Context context = Vertx.currentContext();
    Consumer<ClusterImage> onLoop = next -> context.runOnContext(run -> listener.accept(next));
    listeners.add(onLoop);
    listener.accept(image);
    return () -> listeners.remove(onLoop);
  }

  @Override
  public synchronized Future<TopicImage> createTopic(
      TopicName name, int count, Map<String, String> settings, boolean validateOnly) {
    if (topics.containsKey(name)) {
      return failed(ErrorCode.TOPIC_ALREADY_EXISTS);
    }
    if (count == 0 || count > 1_000) {
      return failed(ErrorCode.INVALID_PARTITIONS);
    }
    try {
      TopicId id = new TopicId(7, nextTopicId++);
      TopicImage topic = topic(id, name, Math.max(count, 1), TopicSettings.of(settings));
      return validateOnly ? Future.succeededFuture(topic) : put(topic);
    } catch (StreamException e) {
      return Future.failedFuture(e);
    }
  }

  private static TopicImage topic(TopicId id, TopicName name, int count, SettingValues settings) {
    List<PartitionImage> images =
        IntStream.range(0, count)
            .mapToObj(
                i -> new PartitionImage(i, Optional.of(NODE), 0, 0, List.of(NODE), List.of(NODE)))
            .toList();
    return new TopicImage(id, name, images, settings);
  }

  /** Another broker registers. */
  public synchronized void addBroker(BrokerImage broker) {
    brokers.add(broker);
    publish();
  }

  /** The first of these replicas leads a partition from now on. */
  public synchronized void lead(TopicName name, int partition, NodeId... replicas) {
    TopicImage topic = topics.get(name);
    List<PartitionImage> changed = new ArrayList<>(topic.partitions());
    changed.set(
        partition,
        new PartitionImage(
            partition,
            Optional.of(replicas[0]),
            changed.get(partition).leaderEpoch() + 1,
            1,
            List.of(replicas),
            List.of(replicas[0])));
    topics.put(name, new TopicImage(topic.id(), name, changed, topic.settings()));
    publish();
  }

  private Future<TopicImage> put(TopicImage topic) {
    topic.partitions().forEach(p -> partitions.open(topic.partitionId(p.partition())));
    topics.put(topic.name(), topic);
    publish();
    return Future.succeededFuture(topic);
  }

  private void publish() {
    version++;
    image = new ClusterImage(version, CLUSTER_ID, brokers, new ArrayList<>(topics.values()));
    listeners.forEach(listener -> listener.accept(image));
  }

  @Override
  public synchronized Future<Void> deleteTopic(TopicName name) {
    TopicImage topic = topics.remove(name);
    if (topic == null) {
      return failed(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
    publish();
    topic.partitions().forEach(p -> partitions.delete(topic.partitionId(p.partition())));
    return Future.succeededFuture();
  }

  @Override
  public synchronized Future<TopicImage> alterTopic(TopicName name, Map<String, String> changes) {
    TopicImage topic = topics.get(name);
    if (topic == null) {
      return failed(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
    try {
      return put(
          new TopicImage(topic.id(), name, topic.partitions(), topic.settings().with(changes)));
    } catch (StreamException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public synchronized Future<TopicImage> createPartitions(TopicName name, int totalPartitions) {
    TopicImage topic = topics.get(name);
    if (topic == null) {
      return failed(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
    if (totalPartitions <= topic.partitions().size()) {
      return failed(ErrorCode.INVALID_PARTITIONS);
    }
    return put(topic(topic.id(), name, totalPartitions, topic.settings()));
  }

  @Override
  public synchronized Future<Long> allocateProducerId() {
    return Future.succeededFuture(nextProducerId++);
  }

  @Override
  public synchronized Future<ControllerAnswer> ask(ControllerAsk ask) {
    if (ask instanceof ControllerAsk.DrainBroker drain) {
      for (BrokerImage broker : brokers) {
        if (broker.id().equals(drain.nodeId())) {
          brokers.set(brokers.indexOf(broker), broker.marked(broker.fenced(), drain.draining()));
          publish();
          return Future.succeededFuture(new ControllerAnswer.Done(1, version));
        }
      }
      return failed(ErrorCode.BROKER_NOT_FOUND);
    }
    if (ask instanceof ControllerAsk.CreateTopic create) {
      return createTopic(
              create.name(), create.partitions(), create.settings(), create.validateOnly())
          .map(topic -> new ControllerAnswer.TopicChanged(topic, version));
    }
    if (ask instanceof ControllerAsk.ReassignPartitions reassign) {
      return partitions(reassign.targets().keySet(), ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
    }
    if (ask instanceof ControllerAsk.ElectLeaders elect) {
      return partitions(elect.partitions(), ErrorCode.ELECTION_NOT_NEEDED);
    }
    return Future.succeededFuture(new ControllerAnswer.Done(0, version));
  }

  private Future<ControllerAnswer> partitions(Collection<PartitionId> asked, ErrorCode error) {
    return Future.succeededFuture(
        new ControllerAnswer.PartitionsDone(
            asked.stream().map(each -> new PartitionResult(each, error, error.sentence())).toList(),
            version));
  }

  private static <T> Future<T> failed(ErrorCode code) {
    return Future.failedFuture(new StreamException(code));
  }
}
