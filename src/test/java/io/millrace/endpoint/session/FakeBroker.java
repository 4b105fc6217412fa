package io.millrace.endpoint.session;

import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.bus.LogsReply;
import io.millrace.bus.MetadataClient;
import io.millrace.bus.OffsetsReply;
import io.millrace.bus.OffsetsRequest;
import io.millrace.bus.PartitionClient;
import io.millrace.bus.ProduceReply;
import io.millrace.bus.ProduceRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.millrace.record.BatchHeader;
import io.millrace.record.BufferSlice;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import io.millrace.record.RecordSlice;
import io.vertx.core.Future;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Partitions and metadata in memory, on the test's thread. Replies to produce requests come when
 * the test asks for them; reads answer at once, or when there is something.
 */
final class FakeBroker implements PartitionClient, MetadataClient {
  static final String CLUSTER = "cluster";

  /** How much the controller says that it does. */
  static final int CHANGES = 5;

  /** The leader epoch of every partition in the image. */
  static final int EPOCH = 3;

  /** One partition's log. */
  static final class Log {
    final List<ByteBuffer> batches = new ArrayList<>();
    long start;
    long end;
    int leaderEpoch = EPOCH;

    /** The ends of the epochs before. */
    final TreeMap<Integer, Long> epochEnds = new TreeMap<>();

    final Map<Long, Integer> sequences = new HashMap<>();

    /** Loses what is at and behind an offset, as after a power loss; a new epoch begins. */
    void truncate(long offset) {
      batches.removeIf(batch -> BatchHeader.nextOffset(batch, 0) > offset);
      end = offset;
      epochEnds.put(leaderEpoch, offset);
      leaderEpoch++;
    }

    /** Appends a copy of a batch; its first offset. */
    long append(ByteBuffer batch) {
      ByteBuffer copy = ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
      BatchHeader.requireValid(copy, 0);
      long producer = BatchHeader.producerId(copy, 0);
      if (producer >= 0) {
        int expected = sequences.getOrDefault(producer, 0);
        if (BatchHeader.baseSequence(copy, 0) < expected) {
          return batches.stream()
              .filter(
                  b ->
                      BatchHeader.producerId(b, 0) == producer
                          && BatchHeader.baseSequence(b, 0) == BatchHeader.baseSequence(copy, 0))
              .mapToLong(b -> BatchHeader.baseOffset(b, 0))
              .findFirst()
              .orElseThrow();
        }
        if (BatchHeader.baseSequence(copy, 0) > expected) {
          throw new StreamException(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        }
        sequences.put(producer, expected + BatchHeader.recordCount(copy, 0));
      }
      long base = end;
      BatchHeader.setBaseOffset(copy, 0, base);
      batches.add(copy);
      end = BatchHeader.nextOffset(copy, 0);
      return base;
    }
  }

  private record Waiter(FetchRequest request, Consumer<FetchReply> whenDone) {}

  final Map<PartitionId, Log> logs = new HashMap<>();

  /** What the controller was asked. */
  final List<ControllerAsk> asked = new ArrayList<>();

  final ArrayDeque<Runnable> pendingProduces = new ArrayDeque<>();
  final List<ProduceRequest> produces = new ArrayList<>();
  final AtomicInteger heldSlices = new AtomicInteger();
  final AtomicInteger fetches = new AtomicInteger();

  /** What happens to the next produce requests, before they are looked at. */
  final ArrayDeque<ErrorCode> refusals = new ArrayDeque<>();

  private final List<Waiter> waiters = new ArrayList<>();
  private final List<Consumer<ClusterImage>> listeners = new ArrayList<>();
  private final List<TopicImage> topics = new ArrayList<>();
  private ClusterImage image = new ClusterImage(1, CLUSTER, List.of(), List.of());
  private long nextTopicId = 1;
  private long nextProducerId = 1;

  TopicImage topic(String name, int partitions) {
    TopicImage topic = topicImage(new TopicId(7, nextTopicId++), new TopicName(name), partitions);
    topics.add(topic);
    publish();
    return topic;
  }

  void removeTopic(String name) {
    topics.removeIf(topic -> topic.name().value().equals(name));
    publish();
  }

  void growTopic(String name, int partitions) {
    topics.replaceAll(
        topic ->
            topic.name().value().equals(name)
                ? topicImage(topic.id(), topic.name(), partitions)
                : topic);
    publish();
  }

  private static TopicImage topicImage(TopicId id, TopicName name, int partitions) {
    NodeId node = new NodeId(0);
    return new TopicImage(
        id,
        name,
        IntStream.range(0, partitions)
            .mapToObj(
                p ->
                    new PartitionImage(
                        p, Optional.of(node), EPOCH, 0, List.of(node), List.of(node)))
            .toList(),
        TopicSettings.of(Map.of()));
  }

  /** Lets everybody hear of the epochs that the leaders have. */
  void publishEpochs() {
    topics.replaceAll(
        topic ->
            new TopicImage(
                topic.id(),
                topic.name(),
                topic.partitions().stream().map(p -> withEpoch(topic, p)).toList(),
                topic.settings()));
    publish();
  }

  private PartitionImage withEpoch(TopicImage topic, PartitionImage partition) {
    int epoch = log(topic, partition.partition()).leaderEpoch;
    List<NodeId> nodes = partition.replicas();
    return new PartitionImage(partition.partition(), partition.leader(), epoch, 0, nodes, nodes);
  }

  private void publish() {
    image = new ClusterImage(image.version() + 1, CLUSTER, List.of(), topics);
    List.copyOf(listeners).forEach(listener -> listener.accept(image));
  }

  Log log(TopicImage topic, int partition) {
    return logs.computeIfAbsent(topic.partitionId(partition), missing -> new Log());
  }

  /** Appends one batch with these values and wakes who waits. */
  void append(TopicImage topic, int partition, String... values) {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 100);
    for (String value : values) {
      builder.append(
          1_000,
          (ByteBuffer) null,
          ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)),
          List.of());
    }
    log(topic, partition).append(builder.build());
    wake();
  }

  private void wake() {
    for (Waiter waiter : List.copyOf(waiters)) {
      FetchReply reply = read(waiter.request);
      boolean any = reply.results().stream().anyMatch(result -> result.slice().isPresent());
      if (any && waiters.remove(waiter)) {
        waiter.whenDone.accept(reply);
      } else {
        reply.results().forEach(result -> result.slice().ifPresent(RecordSlice::release));
      }
    }
  }

  int waiting() {
    return waiters.size();
  }

  @Override
  public Waiting fetch(FetchRequest request, Consumer<FetchReply> whenDone) {
    fetches.incrementAndGet();
    FetchReply reply = read(request);
    boolean answered =
        request.minBytes() == 0
            || reply.results().stream()
                .anyMatch(r -> r.slice().isPresent() || r.error() != ErrorCode.NONE);
    if (answered) {
      whenDone.accept(reply);
      return () -> {};
    }
    Waiter waiter = new Waiter(request, whenDone);
    waiters.add(waiter);
    return () -> waiters.remove(waiter);
  }

  private FetchReply read(FetchRequest request) {
    List<FetchReply.Result> results = new ArrayList<>();
    int left = request.maxBytes();
    boolean first = true;
    for (FetchRequest.Entry entry : request.entries()) {
      FetchReply.Result result = read(entry, Math.min(left, entry.maxBytes()), first);
      int size = result.slice().map(RecordSlice::sizeBytes).orElse(0);
      left -= size;
      first = first && size == 0;
      results.add(result);
    }
    return new FetchReply(results);
  }

  private FetchReply.Result read(FetchRequest.Entry entry, int maxBytes, boolean atLeastOne) {
    if (image.topic(entry.partition().topicId()).isEmpty()) {
      return FetchReply.Result.failed(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "gone", -1, -1);
    }
    Log log = logs.computeIfAbsent(entry.partition(), missing -> new Log());
    int epoch = entry.currentLeaderEpoch();
    if (epoch >= 0 && epoch != log.leaderEpoch) {
      ErrorCode error =
          epoch < log.leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
      return FetchReply.Result.failed(error, "another epoch", log.end, log.start);
    }
    if (entry.offset() < log.start || entry.offset() > log.end) {
      return FetchReply.Result.failed(
          ErrorCode.OFFSET_OUT_OF_RANGE, "out of range", log.end, log.start);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ByteBuffer batch : log.batches) {
      boolean wanted = BatchHeader.nextOffset(batch, 0) > entry.offset();
      boolean fits = bytes.size() + batch.remaining() <= maxBytes;
      if (wanted && !fits && !(atLeastOne && bytes.size() == 0)) {
        break;
      }
      if (wanted) {
        bytes.write(batch.array(), 0, batch.remaining());
      }
    }
    Optional<RecordSlice> slice =
        bytes.size() == 0
            ? Optional.empty()
            : Optional.of(
                new CountedSlice(BufferSlice.of(ByteBuffer.wrap(bytes.toByteArray())), heldSlices));
    return new FetchReply.Result(ErrorCode.NONE, "", slice, log.end, log.start, log.leaderEpoch);
  }

  @Override
  public void produce(ProduceRequest request, Consumer<ProduceReply> whenDone) {
    produces.add(request);
    ErrorCode refusal = refusals.poll();
    pendingProduces.add(() -> whenDone.accept(reply(request, refusal)));
  }

  private ProduceReply reply(ProduceRequest request, ErrorCode refusal) {
    ProduceRequest.Entry entry = request.entries().get(0);
    if (refusal != null && refusal != ErrorCode.UNKNOWN_OUTCOME) {
      entry.batch().cancel();
      return new ProduceReply(List.of(ProduceReply.Result.failed(refusal, "refused")));
    }
    if (!entry.batch().take()) {
      throw new IllegalStateException("a batch was cancelled before it was answered");
    }
    try {
      Log log = logs.computeIfAbsent(entry.partition(), missing -> new Log());
      long base = log.append(entry.batch().bytes());
      return new ProduceReply(
          List.of(
              refusal == ErrorCode.UNKNOWN_OUTCOME
                  ? ProduceReply.Result.failed(refusal, "lost")
                  : new ProduceReply.Result(ErrorCode.NONE, "", base, -1, 0, 3)));
    } catch (StreamException e) {
      return new ProduceReply(List.of(ProduceReply.Result.failed(e.code(), "" + e.getMessage())));
    } finally {
      entry.batch().release();
    }
  }

  /** Answers the produce requests that wait, and wakes readers. */
  void answerProduces() {
    for (int left = pendingProduces.size(); left > 0; left--) {
      pendingProduces.remove().run();
    }
    wake();
  }

  @Override
  public Future<OffsetsReply> offsets(OffsetsRequest request) {
    List<OffsetsReply.Result> results = new ArrayList<>();
    for (OffsetsRequest.Entry entry : request.entries()) {
      Log log = logs.computeIfAbsent(entry.partition(), missing -> new Log());
      long offset = entry.timestampMs() == OffsetsRequest.LATEST ? log.end : log.start;
      if (entry.timestampMs() > 1_000) {
        offset = -1;
      } else if (entry.timestampMs() == OffsetsRequest.END_OF_EPOCH) {
        Map.Entry<Integer, Long> end = log.epochEnds.ceilingEntry(entry.leaderEpoch());
        offset = end == null ? log.end : end.getValue();
      }
      results.add(new OffsetsReply.Result(ErrorCode.NONE, "", offset, -1, 3, log.start, log.end));
    }
    return Future.succeededFuture(new OffsetsReply(results));
  }

  @Override
  public Future<Long> deleteRecords(PartitionId partition, long beforeOffset, long deadlineNanos) {
    Log log = logs.computeIfAbsent(partition, missing -> new Log());
    if (beforeOffset > log.end) {
      return Future.failedFuture(new StreamException(ErrorCode.OFFSET_OUT_OF_RANGE, "too far"));
    }
    log.start = Math.max(log.start, beforeOffset);
    log.batches.removeIf(batch -> BatchHeader.nextOffset(batch, 0) <= log.start);
    return Future.succeededFuture(log.start);
  }

  @Override
  public Future<LogsReply> describeLogs(List<PartitionId> partitions, long deadlineNanos) {
    throw new UnsupportedOperationException("sessions do not describe logs");
  }

  @Override
  public ClusterImage image() {
    return image;
  }

  @Override
  public Subscription onImage(Consumer<ClusterImage> listener) {
    listeners.add(listener);
    listener.accept(image);
    return () -> listeners.remove(listener);
  }

  @Override
  public Future<TopicImage> createTopic(
      TopicName name, int partitions, Map<String, String> settings, boolean validateOnly) {
    if (image.topic(name).isPresent()) {
      return Future.failedFuture(
          new StreamException(ErrorCode.TOPIC_ALREADY_EXISTS, "topic '" + name + "' exists"));
    }
    return Future.succeededFuture(topic(name.value(), Math.max(1, partitions)));
  }

  @Override
  public Future<Void> deleteTopic(TopicName name) {
    removeTopic(name.value());
    return Future.succeededFuture();
  }

  @Override
  public Future<TopicImage> alterTopic(TopicName name, Map<String, String> changes) {
    return Future.succeededFuture(image.topic(name).orElseThrow());
  }

  @Override
  public Future<TopicImage> createPartitions(TopicName name, int totalPartitions) {
    growTopic(name.value(), totalPartitions);
    return Future.succeededFuture(image.topic(name).orElseThrow());
  }

  @Override
  public Future<Long> allocateProducerId() {
    return Future.succeededFuture(nextProducerId++);
  }

  @Override
  public Future<ControllerAnswer> ask(ControllerAsk ask) {
    asked.add(ask);
    return Future.succeededFuture(new ControllerAnswer.Done(CHANGES, image.version()));
  }
}
