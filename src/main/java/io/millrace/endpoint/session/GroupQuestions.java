package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/**
 * Asks coordinators for requests about groups. While there is no coordinator, or it is loading, the
 * question is asked again until the request's time is up.
 *
 * <p>Threading: one event loop.
 */
final class GroupQuestions {
  private static final int RETRY_MS = 100;

  private final SessionLoop loop;

  GroupQuestions(SessionLoop loop) {
    this.loop = loop;
  }

  /** Asks a group's coordinator; what it refuses fails as well. */
  <R extends GroupResponse> Future<R> ask(GroupRequest<R> request) {
    long deadline = loop.inMs(loop.limits().requestTimeoutMs());
    return patiently(
        deadline,
        () ->
            loop.groups()
                .findCoordinator(request.groupId())
                .compose(found -> loop.groups().ask(request, deadline).answer())
                .map(
                    response -> {
                      requireNone(response.error());
                      return response;
                    }));
  }

  private static void requireNone(GroupError error) {
    if (error.isError()) {
      throw new StreamException(error.code(), error.reason());
    }
  }

  /** Tries until it succeeds, fails for good, or the time is up. */
  <T> Future<T> patiently(long deadlineNanos, Supplier<Future<T>> attempt) {
    Promise<T> promise = Promise.promise();
    tryOnce(deadlineNanos, attempt, promise);
    return promise.future();
  }

  private <T> void tryOnce(long deadlineNanos, Supplier<Future<T>> attempt, Promise<T> promise) {
    attempt
        .get()
        .onSuccess(promise::complete)
        .onFailure(
            cause -> {
              long nextNanos = loop.inMs(RETRY_MS);
              if (isForNow(cause) && deadlineNanos - nextNanos > 0) {
                loop.timers().at(nextNanos, () -> tryOnce(deadlineNanos, attempt, promise));
              } else {
                promise.fail(cause);
              }
            });
  }

  private static boolean isForNow(Throwable cause) {
    ErrorCode code = GroupMembership.known(cause).code();
    return code == ErrorCode.COORDINATOR_NOT_AVAILABLE
        || code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
        || code == ErrorCode.NOT_COORDINATOR;
  }
}
