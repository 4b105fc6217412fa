package io.millrace.endpoint.kafka;

import io.millrace.bus.GroupClient;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.StreamException;
import io.millrace.model.TopicId;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Group coordinators that answer what a test tells them, and remember what they were asked. */
final class ScriptedGroups implements GroupClient {
  final List<GroupRequest<?>> asked = new CopyOnWriteArrayList<>();
  final AtomicInteger forgotten = new AtomicInteger();

  /** What is answered; null for nothing, ever. */
  volatile Function<GroupRequest<?>, GroupResponse> script =
      request -> {
        throw new StreamException(ErrorCode.NOT_COORDINATOR);
      };

  volatile List<GroupResponse.Listed> listed = new ArrayList<>();
  volatile Set<GroupState> askedStates = Set.of();
  volatile Set<GroupType> askedTypes = Set.of();

  @Override
  @SuppressWarnings("unchecked") // the test's script answers with what the request asks for
  public <R extends GroupResponse> Asked<R> ask(GroupRequest<R> request, long deadlineNanos) {
    asked.add(request);
    Promise<R> promise = Promise.promise();
    try {
      GroupResponse response = script.apply(request);
      if (response != null) {
        promise.complete((R) response);
      }
    } catch (StreamException e) {
      promise.fail(e);
    }
    return new Asked<>() {
      @Override
      public Future<R> answer() {
        return promise.future();
      }

      @Override
      public void forget() {
        forgotten.incrementAndGet();
      }
    };
  }

  @Override
  public Future<Coordinator> findCoordinator(String groupId) {
    return groupId.isEmpty()
        ? Future.failedFuture(new StreamException(ErrorCode.INVALID_GROUP_ID))
        : Future.succeededFuture(
            new Coordinator(new NodeId(0), new PartitionId(new TopicId(1, 1), 0)));
  }

  @Override
  public Future<List<GroupResponse.Listed>> list(
      Set<GroupState> states, Set<GroupType> types, long deadlineNanos) {
    askedStates = states;
    askedTypes = types;
    return Future.succeededFuture(listed);
  }

  static GroupError error(ErrorCode code) {
    return GroupError.of(code);
  }
}
