package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.model.group.GroupState;
import io.millrace.model.group.GroupType;
import io.vertx.core.Future;
import java.util.List;
import java.util.Set;

/** A node without coordinators, for tests of what has nothing to do with groups. */
public final class NoGroups implements GroupClient {
  @Override
  public <R extends GroupResponse> Asked<R> ask(GroupRequest<R> request, long deadlineNanos) {
    Future<R> none = none();
    return new Asked<>() {
      @Override
      public Future<R> answer() {
        return none;
      }

      @Override
      public void forget() {}
    };
  }

  @Override
  public Future<Coordinator> findCoordinator(String groupId) {
    return none();
  }

  @Override
  public Future<List<GroupResponse.Listed>> list(
      Set<GroupState> states, Set<GroupType> types, long deadlineNanos) {
    return none();
  }

  private static <T> Future<T> none() {
    return Future.failedFuture(new StreamException(ErrorCode.COORDINATOR_NOT_AVAILABLE, "none"));
  }
}
