package io.millrace.endpoint.session;

import io.millrace.bus.GroupClient;
import io.millrace.bus.MetadataClient;
import io.millrace.group.GroupCoordinator;
import io.millrace.group.GroupParts;
import io.millrace.group.Outcome;
import io.millrace.group.Reply;
import io.millrace.group.assignor.RangeAssignor;
import io.millrace.group.assignor.UniformAssignor;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.model.config.SettingValues;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.millrace.protocol.kafka.ConsumerProtocolCodec;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * One real coordinator without a log, on the test's thread, that answers at once unless it is told
 * to fail.
 */
final class FakeGroups implements GroupClient {
  private final GroupCoordinator coordinator;
  private final TimeSource time;
  private final Map<Long, Promise<GroupResponse>> waiting = new HashMap<>();
  private long nextId;

  /** Every question that reached the coordinator. */
  final List<GroupRequest<?>> asked = new ArrayList<>();

  /** How the next questions fail. */
  final ArrayDeque<ErrorCode> failures = new ArrayDeque<>();

  FakeGroups(SettingValues settings, MetadataClient metadata, TimeSource time) {
    this.time = time;
    this.coordinator =
        new GroupCoordinator(
            new GroupParts(
                settings,
                new ConsumerProtocolCodec(),
                List.of(new UniformAssignor(), new RangeAssignor()),
                UUID::randomUUID));
    coordinator.loaded(time.monotonicNanos());
    metadata.onImage(
        image -> carryOut(coordinator.onImage(image, time.monotonicNanos(), time.wallClockMs())));
  }

  void tick() {
    carryOut(coordinator.tick(time.monotonicNanos(), time.wallClockMs()));
  }

  private void carryOut(Outcome outcome) {
    outcome.records().forEach(coordinator::replay);
    for (Reply reply : outcome.replies()) {
      Promise<GroupResponse> promise = waiting.remove(reply.requestId());
      if (promise != null) {
        promise.complete(reply.response());
      }
    }
  }

  @Override
  public <R extends GroupResponse> Asked<R> ask(GroupRequest<R> request, long deadlineNanos) {
    ErrorCode failure = failures.poll();
    Promise<GroupResponse> promise = Promise.promise();
    if (failure == null) {
      long id = nextId++;
      waiting.put(id, promise);
      asked.add(request);
      carryOut(coordinator.handle(id, request, time.monotonicNanos(), time.wallClockMs()));
    } else {
      promise.fail(new StreamException(failure, "as the test wants"));
    }
    @SuppressWarnings("unchecked") // the coordinator answers each request by its response
    Future<R> answer = (Future<R>) promise.future();
    return new Asked<>() {
      @Override
      public Future<R> answer() {
        return answer;
      }

      @Override
      public void forget() {
        throw new UnsupportedOperationException("sessions wait for answers");
      }
    };
  }

  /** The requests of one kind that were asked. */
  <R> List<R> asked(Class<R> kind) {
    return asked.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  @Override
  public Future<Coordinator> findCoordinator(String groupId) {
    return Future.succeededFuture(
        new Coordinator(new NodeId(0), new PartitionId(new TopicId(0, 1), 0)));
  }

  @Override
  public Future<List<GroupResponse.Listed>> list(
      Set<GroupState> states, Set<GroupType> types, long deadlineNanos) {
    return Future.succeededFuture(coordinator.list(states, types));
  }
}
