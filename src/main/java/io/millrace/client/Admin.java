package io.millrace.client;

import io.millrace.client.TopicDetails.PartitionDetails;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.protocol.stream.message.AlterTopic;
import io.millrace.protocol.stream.message.CreatePartitions;
import io.millrace.protocol.stream.message.CreateTopic;
import io.millrace.protocol.stream.message.DeleteRecords;
import io.millrace.protocol.stream.message.DeleteTopic;
import io.millrace.protocol.stream.message.GetMetadata;
import io.millrace.protocol.stream.message.ListOffsets;
import io.millrace.protocol.stream.message.ListedOffset;
import io.millrace.protocol.stream.message.MetadataReply;
import io.millrace.protocol.stream.message.OffsetsListed;
import io.millrace.protocol.stream.message.RecordsDeleted;
import io.millrace.protocol.stream.message.StreamPartition;
import io.millrace.protocol.stream.message.TopicChanged;
import io.millrace.protocol.stream.message.TopicDescription;
import io.millrace.protocol.stream.message.Welcome;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;

/**
 * Creates, changes, describes and deletes topics, and asks about consumer groups. Every future
 * completes when the broker has answered, or fails with {@link StreamException} after {@code
 * request.timeout.ms} at the latest. A question is asked again when the connection breaks; a change
 * is not, and fails with UNKNOWN_OUTCOME if it had been sent.
 *
 * <p>Threading: safe from any thread. Futures are completed on the client's event loop.
 */
public final class Admin {
  /** The timestamp that means the end of a partition. */
  public static final long LATEST = -1;

  /** The timestamp that means the first record of a partition. */
  public static final long EARLIEST = -2;

  private static final long LOOK_MS = 100;

  private final Loop loop;
  private final Connection connection;
  private final Questions questions;
  private final GroupQuestions groups;
  private final int requestTimeoutMs;
  private final Promise<Void> greeted = Promise.promise();

  Admin(SettingValues settings, Loop loop, Wire.Opener opener, RandomGenerator random) {
    this.loop = loop;
    this.connection = new Connection(settings, loop, opener, random, new Greeted());
    this.requestTimeoutMs = settings.get(ClientSettings.REQUEST_TIMEOUT_MS);
    this.questions = new Questions(loop, connection, requestTimeoutMs);
    this.groups = new GroupQuestions(questions);
    loop.execute(connection::start);
  }

  /**
   * A client with these settings ({@link ClientSettings}); it connects in the background.
   *
   * @throws StreamException INVALID_CONFIG
   */
  public static Admin create(Vertx vertx, Map<String, String> settings) {
    SettingValues values = ClientSettings.of(settings);
    return new Admin(values, VertxLoop.of(vertx), Openers.of(vertx, values), new Random());
  }

  /**
   * Waits for the first connection, for code that wants to know soon whether there is a broker.
   *
   * <p>After {@code timeoutMs} some of the addresses may not have been tried, or an attempt may
   * still be under way, on a slow machine or towards a node that is cut off: they are given {@code
   * request.timeout.ms} in all, since nothing speaks against them yet.
   *
   * @return completes once a broker has greeted; fails with CONNECTION_LOST, and the reason of the
   *     last attempt, if none has after {@code timeoutMs} and each address has failed once
   */
  public Future<Void> connected(long timeoutMs) {
    Promise<Void> connected = Promise.promise();
    long leftMs = Math.max(0, requestTimeoutMs - timeoutMs);
    loop.schedule(timeoutMs, () -> giveUpIfAllFailed(connected, leftMs));
    greeted.future().onSuccess(nothing -> connected.tryComplete());
    return connected.future();
  }

  private void giveUpIfAllFailed(Promise<Void> connected, long leftMs) {
    if (leftMs <= 0 || connection.hasFailedEverywhere()) {
      connected.tryFail(connection.lastFailure());
    } else if (!connected.future().isComplete()) {
      long waitMs = Math.min(leftMs, LOOK_MS);
      loop.schedule(waitMs, () -> giveUpIfAllFailed(connected, leftMs - waitMs));
    }
  }

  /** Creates a topic with the broker's default number of partitions and settings. */
  public Future<TopicChange> createTopic(TopicName name) {
    return createTopic(name, -1, Map.of(), false);
  }

  /**
   * Creates a topic.
   *
   * @param partitions -1 for the broker's default
   * @param settings as users write them
   * @param validateOnly checks everything and creates nothing
   */
  public Future<TopicChange> createTopic(
      TopicName name, int partitions, Map<String, String> settings, boolean validateOnly) {
    return change(
        id -> new CreateTopic(id, name.value(), partitions, Map.copyOf(settings), validateOnly));
  }

  /** Deletes a topic with its records. */
  public Future<TopicChange> deleteTopic(TopicName name) {
    return change(id -> new DeleteTopic(id, name.value()));
  }

  /** Changes settings; an empty text takes one back to its default. */
  public Future<TopicChange> alterTopic(TopicName name, Map<String, String> changes) {
    return change(id -> new AlterTopic(id, name.value(), Map.copyOf(changes)));
  }

  /** Adds partitions until there are so many. */
  public Future<TopicChange> createPartitions(TopicName name, int totalPartitions) {
    return change(id -> new CreatePartitions(id, name.value(), totalPartitions));
  }

  private Future<TopicChange> change(LongFunction<SpecificRecord> message) {
    return questions.ask(
        message,
        false,
        answer ->
            answer instanceof TopicChanged changed
                ? new TopicChange(
                    changed.getTopic(),
                    TopicId.parse(changed.getTopicId()),
                    changed.getPartitions())
                : null);
  }

  /** All topics, by name. */
  public Future<List<TopicDetails>> listTopics() {
    return describe(List.of());
  }

  /** Some topics; fails with UNKNOWN_TOPIC_OR_PARTITION if one of them does not exist. */
  public Future<List<TopicDetails>> describeTopics(Collection<TopicName> names) {
    return names.isEmpty()
        ? Future.succeededFuture(List.of())
        : describe(names.stream().map(TopicName::value).toList());
  }

  private Future<List<TopicDetails>> describe(List<String> names) {
    return questions.ask(
        id -> new GetMetadata(id, names),
        true,
        answer ->
            answer instanceof MetadataReply reply
                ? reply.getTopics().stream().map(Admin::details).toList()
                : null);
  }

  private static TopicDetails details(TopicDescription topic) {
    ErrorCode error = ErrorCode.of(topic.getErrorCode());
    if (error != ErrorCode.NONE) {
      throw new StreamException(error, "topic " + topic.getName() + ": " + error.sentence());
    }
    List<PartitionDetails> partitions =
        topic.getPartitions().stream()
            .map(
                partition ->
                    new PartitionDetails(
                        partition.getPartition(),
                        partition.getLeader(),
                        partition.getLeaderEpoch(),
                        List.copyOf(partition.getReplicas()),
                        List.copyOf(partition.getInSyncReplicas())))
            .toList();
    return new TopicDetails(
        topic.getName(),
        TopicId.parse(topic.getTopicId()),
        partitions,
        Map.copyOf(topic.getSettings()));
  }

  /**
   * Finds offsets by time.
   *
   * @param timestampMs the first record that is not older is meant; or {@link #LATEST}, {@link
   *     #EARLIEST}
   * @return an answer for each partition
   */
  public Future<Map<TopicPartition, OffsetAnswer>> offsets(
      Collection<TopicPartition> partitions, long timestampMs) {
    List<StreamPartition> asked =
        partitions.stream()
            .map(each -> new StreamPartition(each.topic().value(), each.partition()))
            .toList();
    return questions.ask(
        id -> new ListOffsets(id, asked, timestampMs),
        true,
        answer -> answer instanceof OffsetsListed listed ? answers(listed) : null);
  }

  private static Map<TopicPartition, OffsetAnswer> answers(OffsetsListed listed) {
    Map<TopicPartition, OffsetAnswer> answers = new LinkedHashMap<>();
    for (ListedOffset each : listed.getOffsets()) {
      answers.put(
          ConsumerPositions.keyOf(each.getTopic(), each.getPartition()),
          new OffsetAnswer(
              each.getOffset(), each.getTimestampMs(), ErrorCode.of(each.getErrorCode())));
    }
    return answers;
  }

  /**
   * Deletes the records below an offset.
   *
   * @param beforeOffset -1 for all that there are
   * @return the first offset that is left
   */
  public Future<Long> deleteRecords(TopicPartition partition, long beforeOffset) {
    return questions.ask(
        id -> new DeleteRecords(id, partition.topic().value(), partition.partition(), beforeOffset),
        // Deleting the same once more changes nothing.
        beforeOffset >= 0,
        answer -> answer instanceof RecordsDeleted deleted ? deleted.getLogStartOffset() : null);
  }

  /** The cluster and its nodes, as the node that answers knows them. */
  public Future<ClusterDetails> describeCluster() {
    return new ClusterQuestions(questions).describe();
  }

  /**
   * Has the replicas of a node move to others, some at a time, so that it can be taken away: it can
   * be once {@link #describeCluster} shows no replica on it.
   *
   * @return how many it has now; fails with BROKER_NOT_FOUND, or with POLICY_VIOLATION if no other
   *     node is there to take them
   */
  public Future<Integer> drainNode(int nodeId) {
    return new ClusterQuestions(questions).drain(nodeId, true);
  }

  /** Lets a node have replicas again. */
  public Future<Void> cancelDrain(int nodeId) {
    return new ClusterQuestions(questions).drain(nodeId, false).mapEmpty();
  }

  /**
   * Has replicas and leaders spread evenly over the nodes.
   *
   * @return how many partitions set out now, {@code cluster.balance.moves.max} at a time; fails
   *     with POLICY_VIOLATION if the node is alone
   */
  public Future<Integer> rebalanceCluster() {
    return new ClusterQuestions(questions).rebalance();
  }

  /** All groups, by id. */
  public Future<List<GroupListing>> listGroups() {
    return listGroups(List.of(), List.of());
  }

  /**
   * Groups, by id.
   *
   * @param states only those in one of these states, as {@link GroupListing#state} has them; empty
   *     for all
   * @param types only those of one of these types: classic, consumer; empty for all
   */
  public Future<List<GroupListing>> listGroups(
      Collection<String> states, Collection<String> types) {
    return groups.list(states, types);
  }

  /** A group and its members; fails with GROUP_ID_NOT_FOUND if there is none. */
  public Future<GroupDetails> describeGroup(String group) {
    return groups.describe(group);
  }

  /**
   * Where a group is in each partition, and where the partitions end; the ends are asked for after
   * the positions.
   *
   * @param others partitions to tell of even if the group has no position in them
   * @return those with a position in the broker's order, then the others; none for a group that
   *     does not exist
   */
  public Future<List<GroupOffset>> groupOffsets(String group, Collection<TopicPartition> others) {
    return groups
        .committed(group)
        .compose(
            committed -> {
              Map<TopicPartition, CommittedOffset> all = new LinkedHashMap<>(committed);
              others.forEach(each -> all.putIfAbsent(each, CommittedOffset.NONE));
              return all.isEmpty()
                  ? Future.succeededFuture(List.of())
                  : offsets(all.keySet(), LATEST).map(ends -> GroupOffset.listOf(all, ends));
            });
  }

  /**
   * Sets positions of a group without members, and makes the group if there is none.
   *
   * @return completes when all are kept; fails with NON_EMPTY_GROUP while the group has members, or
   *     with the error of the first position that was refused (others may be kept then)
   */
  public Future<Void> resetOffsets(String group, Map<TopicPartition, Long> offsets) {
    return groups.reset(group, offsets);
  }

  /**
   * Deletes positions of a group; it may have members, but none that reads these topics.
   *
   * @return completes when all are gone; fails with the error of the first that stays
   */
  public Future<Void> deleteOffsets(String group, Collection<TopicPartition> partitions) {
    return groups.deleteOffsets(group, partitions);
  }

  /** Deletes a group without members, with its positions. */
  public Future<Void> deleteGroup(String group) {
    return groups.delete(group);
  }

  /** Closes the connection; what is not answered fails with CLOSED. */
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    loop.execute(
        () -> {
          connection.close();
          done.complete();
        });
    return done.future();
  }

  /** Nothing depends on whether connections come and go, but for who waits for the first one. */
  private final class Greeted implements Connection.Listener {
    @Override
    public void onReady(Welcome welcome) {
      greeted.tryComplete();
    }

    @Override
    public void onLost(StreamException cause) {}

    @Override
    public void onMessage(SpecificRecord message) {}

    @Override
    public void onWritable() {}
  }
}
