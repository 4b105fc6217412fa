package io.millrace.endpoint.kafka;

import io.millrace.bus.GroupClient;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.ServerSettings;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.ClientOrigin;
import io.millrace.model.group.GroupRequest.Member;
import io.millrace.model.group.GroupResponse;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * Asks group coordinators for the handlers of the group APIs: what is under way is forgotten when
 * the connection closes.
 *
 * <p>Threading: one event loop.
 */
final class Groups {
  private final KafkaLoop loop;

  Groups(KafkaLoop loop) {
    this.loop = loop;
  }

  GroupClient client() {
    return loop.groups();
  }

  /** When a question that waits for nobody has failed. */
  long deadlineNanos() {
    return deadlineNanos(0);
  }

  /** When a question has failed that may wait for others. */
  long deadlineNanos(long waitMs) {
    return loop.inMs(Math.max(0, waitMs) + loop.settings().get(ServerSettings.REQUEST_TIMEOUT_MS));
  }

  /** Asks; a failure is answered as the API answers errors. */
  <R extends GroupResponse> void ask(
      KafkaCall call, GroupRequest<R> request, long deadlineNanos, Consumer<R> answer) {
    GroupClient.Asked<R> asked = client().ask(request, deadlineNanos);
    asked
        .answer()
        .onSuccess(response -> call.guarded(() -> answer.accept(response)))
        .onFailure(call::fail);
    if (!call.isAnswered()) {
      call.onCancel(asked::forget);
    }
  }

  /**
   * Asks the same of many; completes with an answer for each, in their order.
   *
   * @param refused what stands for the answer of a question that failed
   */
  <K, R extends GroupResponse, V> void askEach(
      KafkaCall call,
      List<K> keys,
      Function<K, GroupRequest<R>> request,
      AnsweredQuestion<K, R, V> answered,
      RefusedQuestion<K, V> refused,
      Consumer<List<V>> answer) {
    List<GroupClient.Asked<R>> all = new ArrayList<>(keys.size());
    List<Future<V>> answers = new ArrayList<>(keys.size());
    for (K key : keys) {
      GroupClient.Asked<R> asked = client().ask(request.apply(key), deadlineNanos());
      all.add(asked);
      answers.add(
          asked
              .answer()
              .map(response -> answered.of(key, response))
              .otherwise(failure -> refused.of(key, errorOf(failure))));
    }
    Future.all(answers)
        .onSuccess(
            done ->
                call.guarded(() -> answer.accept(answers.stream().map(Future::result).toList())))
        .onFailure(call::fail);
    if (!call.isAnswered()) {
      call.onCancel(() -> all.forEach(GroupClient.Asked::forget));
    }
  }

  /** Makes an answer of what a coordinator said. */
  interface AnsweredQuestion<K, R, V> {
    V of(K key, R response);
  }

  /** Makes an answer of an error. */
  interface RefusedQuestion<K, V> {
    V of(K key, GroupError error);
  }

  static GroupError errorOf(Throwable failure) {
    return failure instanceof StreamException known
        ? new GroupError(known.code(), String.valueOf(known.getMessage()))
        : GroupError.of(ErrorCode.UNKNOWN_SERVER_ERROR);
  }

  static short code(GroupError error) {
    return KafkaErrors.of(error.code()).code();
  }

  static Errors errors(GroupError error) {
    return KafkaErrors.of(error.code());
  }

  /** The text with an error, null if there is none. */
  static @Nullable String message(GroupError error) {
    return error.isError() ? error.reason() : null;
  }

  static Member member(String memberId, @Nullable String instanceId) {
    return new Member(memberId, Optional.ofNullable(instanceId));
  }

  static ClientOrigin origin(KafkaCall call) {
    String clientId = call.head().clientId();
    return new ClientOrigin(clientId == null ? "" : clientId, "/" + call.connection().peer());
  }
}
