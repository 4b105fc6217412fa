package io.millrace.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.group.assignor.RangeAssignor;
import io.millrace.group.assignor.UniformAssignor;
import io.millrace.group.codec.GroupRecordCodec;
import io.millrace.model.NodeId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.OffsetCommit;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupResponse.CommittedOffset;
import io.millrace.model.group.GroupResponse.Described;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import io.millrace.testing.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Drives a coordinator as its verticle does, on virtual time: replays what it decides, keeps it as
 * bytes, collects replies, and can load another coordinator from what was kept.
 */
final class CoordinatorDriver {
  static final TopicName TOPIC = new TopicName("orders");
  private static final long WALL_MS = 1_700_000_000_000L;
  private static final NodeId NODE = new NodeId(1);

  private final GroupParts parts;
  private final GroupRecordCodec codec = new GroupRecordCodec();
  private final Map<ByteBuffer, byte[]> log = new LinkedHashMap<>();
  private final Map<Long, GroupResponse> replies = new HashMap<>();
  private GroupCoordinator coordinator;
  private ClusterImage image = ClusterImage.empty();
  private long nowNanos = 1;
  private long wallOffsetMs = WALL_MS;
  private final Deque<Outcome> uncommitted = new ArrayDeque<>();
  private boolean isSlow;
  private long lastRequestId;
  private int recordCount;

  CoordinatorDriver() {
    this(Map.of());
  }

  CoordinatorDriver(Map<String, String> given) {
    this(given, 1);
  }

  CoordinatorDriver(Map<String, String> given, long seed) {
    SettingValues settings = BrokerSettings.of(given);
    Random random = Seeds.random(seed);
    this.parts =
        new GroupParts(
            settings,
            new TextSubscriptions(),
            List.of(new UniformAssignor(), new RangeAssignor()),
            () -> new UUID(random.nextLong(), random.nextLong()));
    createTopic(TOPIC, 4, 1);
    reload();
  }

  /**
   * Another coordinator takes over, and knows only what was kept: what was not committed is lost.
   */
  void reload() {
    uncommitted.clear();
    coordinator = new GroupCoordinator(parts);
    log.forEach(
        (key, value) ->
            coordinator.replay(codec.decode(key, ByteBuffer.wrap(value)).orElseThrow()));
    coordinator.onImage(image, nowNanos, wallMs());
    coordinator.loaded(nowNanos);
    advance(0);
  }

  /** The coordinator's node has not yet heard of the topic. */
  void reloadWithImageFromBeforeTheTopic() {
    ClusterImage newest = image;
    image = ClusterImage.empty();
    reload();
    advance(TimeUnit.HOURS.toMillis(1));
    image = newest;
  }

  /** A driver with other settings, whose coordinator is loaded from what this one kept. */
  CoordinatorDriver reloadedWith(Map<String, String> given) {
    CoordinatorDriver other = new CoordinatorDriver(given);
    other.log.putAll(log);
    other.nowNanos = nowNanos;
    other.reload();
    return other;
  }

  /** Sends a request without expecting its reply at once. */
  long send(GroupRequest<?> request) {
    long requestId = ++lastRequestId;
    take(coordinator.handle(requestId, request, nowNanos, wallMs()));
    return requestId;
  }

  <R extends GroupResponse> R ask(GroupRequest<R> request) {
    return replyTo(send(request));
  }

  boolean isAnswered(long requestId) {
    return replies.containsKey(requestId);
  }

  @SuppressWarnings("unchecked") // the caller says what it asked for
  <R extends GroupResponse> R replyTo(long requestId) {
    assertThat(replies).as("reply to request %d", requestId).containsKey(requestId);
    return (R) replies.get(requestId);
  }

  long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(nowNanos);
  }

  void forget(long requestId) {
    coordinator.forget(requestId);
    advance(0);
  }

  /** Lets time pass; ticks when the coordinator says so, and never otherwise. */
  void advance(long ms) {
    long untilNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(ms);
    long deadline = coordinator.nextDeadlineNanos();
    while (deadline <= untilNanos) {
      nowNanos = Math.max(nowNanos, deadline);
      take(coordinator.tick(nowNanos, wallMs()));
      assertThat(coordinator.nextDeadlineNanos() > deadline || deadline == nowNanos).isTrue();
      deadline = coordinator.nextDeadlineNanos();
    }
    nowNanos = untilNanos;
  }

  /** Somebody sets the machine's clock. */
  void setClockForward(long ms) {
    wallOffsetMs += ms;
  }

  private long wallMs() {
    return wallOffsetMs + TimeUnit.NANOSECONDS.toMillis(nowNanos);
  }

  private void take(Outcome outcome) {
    outcome.records().forEach(coordinator::replay);
    uncommitted.add(outcome);
    if (!isSlow) {
      commitAll();
    }
  }

  /** From here on nothing is committed, and no reply leaves, before {@link #commitAll}. */
  void commitSlowly() {
    isSlow = true;
  }

  void commitQuickly() {
    isSlow = false;
    commitAll();
  }

  void commitAll() {
    for (Outcome outcome = uncommitted.poll(); outcome != null; outcome = uncommitted.poll()) {
      outcome.records().forEach(this::keep);
      for (Reply reply : outcome.replies()) {
        assertThat(replies.put(reply.requestId(), reply.response()))
            .as("request %d is answered once", reply.requestId())
            .isNull();
      }
    }
  }

  private void keep(GroupRecord record) {
    recordCount++;
    ByteBuffer key = ByteBuffer.wrap(codec.key(record));
    byte[] value = codec.value(record);
    log.remove(key);
    if (value != null) {
      log.put(key, value);
    }
  }

  /** How many records were appended so far. */
  int recordCount() {
    return recordCount;
  }

  /** How many keys have a value. */
  int keyCount() {
    return log.size();
  }

  void createTopic(TopicName name, int partitions, long id) {
    List<PartitionImage> made =
        IntStream.range(0, partitions)
            .mapToObj(
                partition ->
                    new PartitionImage(
                        partition, Optional.of(NODE), 0, 0, List.of(NODE), List.of(NODE)))
            .toList();
    TopicImage topic =
        new TopicImage(new TopicId(7, id), name, made, SettingValues.of(List.of(), Map.of()));
    changeImage(image.withTopic(topic));
  }

  void deleteTopic(TopicName name) {
    changeImage(image.withoutTopic(image.topic(name).orElseThrow().id()));
  }

  /** The coordinator does not see it before it is loaded again. */
  void deleteTopicUnseen(TopicName name) {
    image = image.withoutTopic(image.topic(name).orElseThrow().id());
    image = image.withVersion(image.version() + 1);
  }

  private void changeImage(ClusterImage changed) {
    image = changed.withVersion(image.version() + 1);
    if (coordinator != null) {
      take(coordinator.onImage(image, nowNanos, wallMs()));
    }
  }

  GroupCoordinator coordinator() {
    return coordinator;
  }

  Described describe(String groupId) {
    return ask(new GroupRequest.Describe(groupId));
  }

  /** Commits for a client that is in no group. */
  GroupResponse.OffsetsCommitted commit(String groupId, int partition, long offset) {
    return commit(groupId, new GroupRequest.Member("", Optional.empty()), -1, partition, offset);
  }

  GroupResponse.OffsetsCommitted commit(
      String groupId, GroupRequest.Member member, int generation, int partition, long offset) {
    return ask(
        new GroupRequest.CommitOffsets(
            groupId,
            member,
            generation,
            List.of(new OffsetCommit(new TopicPartition(TOPIC, partition), offset, 5, "text"))));
  }

  /** The same where replies leave only when they are let go; all before is let go first. */
  Map<Integer, Long> committedNow(String groupId) {
    boolean wasSlow = isSlow;
    commitQuickly();
    Map<Integer, Long> offsets = committed(groupId);
    isSlow = wasSlow;
    return offsets;
  }

  /** All that is committed, by partition of the topic. */
  Map<Integer, Long> committed(String groupId) {
    GroupResponse.OffsetsFetched fetched =
        ask(new GroupRequest.FetchOffsets(groupId, null, -1, null, false));
    Map<Integer, Long> offsets = new HashMap<>();
    for (CommittedOffset offset : new ArrayList<>(fetched.offsets())) {
      offsets.put(offset.partition().partition(), offset.offset());
    }
    return offsets;
  }
}
