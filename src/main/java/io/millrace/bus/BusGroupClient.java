package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.InternalTopics;
import io.millrace.model.StreamException;
import io.millrace.model.config.CoordinatorSettings;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.model.image.TopicImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The group coordinators, over the event bus.
 *
 * <p>Threading: the loop of its {@link LoopBus}.
 */
public final class BusGroupClient implements GroupClient {
  /**
   * What one request leads to is one batch, and the assignments of a large group are more than a
   * topic's batches usually may be.
   */
  private static final int MAX_BATCH_BYTES = 32 << 20;

  private final LoopBus loop;
  private final MetadataClient metadata;
  private final Admission admission;
  private final SettingValues settings;
  private final CoordinatorPorts ports;
  private final long findNanos;
  private @Nullable Future<TopicImage> creation;

  /**
   * A client for one loop, which asks the coordinators of all nodes.
   *
   * @param admission shared by the clients of all loops
   * @param settings the broker's
   */
  public BusGroupClient(
      LoopBus loop, MetadataClient metadata, Admission admission, SettingValues settings) {
    this(loop, metadata, admission, settings, false);
  }

  /**
   * A client for one loop.
   *
   * @param localOnly whether only this node's coordinators are asked, for a protocol whose clients
   *     find the others themselves
   */
  public BusGroupClient(
      LoopBus loop,
      MetadataClient metadata,
      Admission admission,
      SettingValues settings,
      boolean localOnly) {
    this.loop = loop;
    this.metadata = metadata;
    this.admission = admission;
    this.settings = settings;
    this.findNanos =
        TimeUnit.MILLISECONDS.toNanos(
            settings.get(CoordinatorSettings.GROUP_COORDINATOR_FIND_TIMEOUT_MS));
    this.ports = new CoordinatorPorts(loop.bus(), localOnly, metadata::image);
  }

  /** A new admission, for the clients of all loops of a node. */
  public static Admission newAdmission(SettingValues settings) {
    return new Admission(
        settings.get(CoordinatorSettings.GROUP_COORDINATOR_PENDING_REQUESTS),
        settings.get(CoordinatorSettings.GROUP_COORDINATOR_PENDING_BYTES));
  }

  @Override
  public <R extends GroupResponse> Asked<R> ask(GroupRequest<R> request, long deadlineNanos) {
    Promise<CoordinatorReply> promise = Promise.promise();
    Optional<TopicImage> topic = metadata.image().topic(InternalTopics.OFFSETS);
    int partition =
        topic
            .map(known -> known.partitions().size())
            .map(count -> InternalTopics.partitionOfGroup(request.groupId(), count))
            .orElse(0);
    GroupCall call =
        new GroupCall(
            loop,
            ports.of(partition),
            admission,
            GroupRequestSize.bytes(request),
            deadlineNanos,
            promise);
    if (topic.isEmpty()) {
      call.fail(
          ErrorCode.COORDINATOR_NOT_AVAILABLE,
          "there is no " + InternalTopics.OFFSETS + " yet; look for the coordinator first");
    } else {
      call.send(
          id -> new CoordinatorRequest.Ask(id, call.replyTo(), partition, request, deadlineNanos));
    }
    @SuppressWarnings("unchecked") // each request names the kind of its response
    Future<R> answer =
        promise.future().map(reply -> (R) ((CoordinatorReply.Answered) reply).response());
    return new Asking<>(call, answer);
  }

  @Override
  public Future<Coordinator> findCoordinator(String groupId) {
    return offsetsTopic().compose(topic -> coordinator(topic, groupId)).compose(this::loaded);
  }

  /** Clients join at once, and some report a coordinator that still reads its log as a failure. */
  private Future<Coordinator> loaded(Coordinator found) {
    Promise<CoordinatorReply> promise = Promise.promise();
    int partition = found.partition().partition();
    GroupCall call =
        new GroupCall(
            loop, ports.of(partition), admission, 0, loop.nowNanos() + findNanos, promise);
    call.send(id -> new CoordinatorRequest.AwaitLoaded(id, call.replyTo(), partition));
    return promise.future().map(found).recover(BusGroupClient::notAvailable);
  }

  /** Whoever looks for a coordinator asks again after this error, and after few others. */
  private static Future<Coordinator> notAvailable(Throwable failure) {
    boolean passes =
        failure instanceof StreamException refused
            && (refused.code() == ErrorCode.REQUEST_TIMED_OUT
                || refused.code() == ErrorCode.NOT_COORDINATOR);
    return Future.failedFuture(
        passes
            ? new StreamException(
                ErrorCode.COORDINATOR_NOT_AVAILABLE,
                "the group's coordinator is not loaded yet; ask again shortly")
            : failure);
  }

  private static Future<Coordinator> coordinator(TopicImage topic, String groupId) {
    int partition = InternalTopics.partitionOfGroup(groupId, topic.partitions().size());
    return topic
        .partitions()
        .get(partition)
        .leader()
        .map(node -> Future.succeededFuture(new Coordinator(node, topic.partitionId(partition))))
        .orElseGet(
            () ->
                Future.failedFuture(
                    new StreamException(
                        ErrorCode.COORDINATOR_NOT_AVAILABLE,
                        "partition "
                            + partition
                            + " of "
                            + InternalTopics.OFFSETS
                            + " has no leader; ask again shortly")));
  }

  private Future<TopicImage> offsetsTopic() {
    Optional<TopicImage> topic = metadata.image().topic(InternalTopics.OFFSETS);
    if (topic.isPresent()) {
      return Future.succeededFuture(topic.get());
    }
    Future<TopicImage> underWay = creation;
    if (underWay == null) {
      underWay = createTopic();
      creation = underWay;
      underWay.onComplete(done -> creation = null);
    }
    return underWay;
  }

  /**
   * Only brokers write to it: their clock may be set back between the moment a record is made and
   * that of its append, so the bound for the clocks of clients is lifted.
   */
  private Future<TopicImage> createTopic() {
    return metadata
        .createTopic(
            InternalTopics.OFFSETS,
            settings.get(CoordinatorSettings.OFFSETS_TOPIC_NUM_PARTITIONS),
            Map.of(
                "segment.bytes",
                Integer.toString(settings.get(CoordinatorSettings.OFFSETS_TOPIC_SEGMENT_BYTES)),
                "cleanup.policy",
                "compact",
                TopicSettings.MESSAGE_TIMESTAMP_AFTER_MAX_MS.name(),
                Long.toString(Long.MAX_VALUE),
                "max.message.bytes",
                Integer.toString(MAX_BATCH_BYTES)),
            false)
        .recover(this::createdByAnother);
  }

  /** Another loop or node was faster; its topic shows here a moment later at most. */
  private Future<TopicImage> createdByAnother(Throwable failure) {
    if (failure instanceof StreamException refused
        && refused.code() == ErrorCode.TOPIC_ALREADY_EXISTS) {
      return metadata
          .image()
          .topic(InternalTopics.OFFSETS)
          .map(Future::succeededFuture)
          .orElseGet(
              () ->
                  Future.failedFuture(
                      new StreamException(
                          ErrorCode.COORDINATOR_NOT_AVAILABLE,
                          InternalTopics.OFFSETS + " is being created; ask again shortly")));
    }
    return Future.failedFuture(failure);
  }

  @Override
  public Future<List<GroupResponse.Listed>> list(
      Set<GroupState> states, Set<GroupType> types, long deadlineNanos) {
    List<Future<List<GroupResponse.Listed>>> lists =
        ports.all().stream().map(port -> list(port, states, types, deadlineNanos)).toList();
    return Future.all(lists)
        .map(all -> lists.stream().flatMap(list -> list.result().stream()).toList());
  }

  private Future<List<GroupResponse.Listed>> list(
      CoordinatorPort port, Set<GroupState> states, Set<GroupType> types, long deadlineNanos) {
    Promise<CoordinatorReply> promise = Promise.promise();
    GroupCall call = new GroupCall(loop, port, admission, 0, deadlineNanos, promise);
    call.send(
        id ->
            new CoordinatorRequest.ListGroups(
                id, call.replyTo(), Set.copyOf(states), Set.copyOf(types)));
    return promise.future().map(reply -> ((CoordinatorReply.Listed) reply).groups());
  }

  private record Asking<R extends GroupResponse>(GroupCall call, Future<R> answer)
      implements Asked<R> {
    @Override
    public void forget() {
      call.forget();
    }
  }
}
