package io.millrace.endpoint.kafka;

import io.millrace.model.NodeId;
import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.Errors;

/** Says which broker coordinates a group. Nobody coordinates transactions or share groups. */
final class FindCoordinatorHandler extends ApiHandler<FindCoordinatorRequestData> {
  private static final int MIN_VERSION = 0;
  private static final int MAX_VERSION = 6;
  private static final int MANY_KEYS_VERSION = 4;
  private static final byte GROUP = 0;
  private static final byte TRANSACTION = 1;
  private static final int NO_NODE = -1;

  private final KafkaLoop loop;

  FindCoordinatorHandler(KafkaLoop loop) {
    super(
        ApiMessageType.FIND_COORDINATOR, FindCoordinatorRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
  }

  @Override
  void handle(FindCoordinatorRequestData request, KafkaCall call) {
    boolean many = call.version() >= MANY_KEYS_VERSION;
    List<String> keys = many ? request.coordinatorKeys() : List.of(request.key());
    List<Future<Coordinator>> found =
        keys.stream().map(key -> find(request.keyType(), key, call)).toList();
    Future.all(found)
        .onSuccess(
            done ->
                call.guarded(() -> answer(call, many, found.stream().map(Future::result).toList())))
        .onFailure(call::fail);
  }

  private Future<Coordinator> find(byte type, String key, KafkaCall call) {
    if (type != GROUP) {
      String reason =
          type == TRANSACTION
              ? "this broker does not offer transactions: leave transactional.id out"
              : "there are no coordinators of type " + type;
      return Future.succeededFuture(failed(key, Errors.INVALID_REQUEST, reason));
    }
    return loop.groups()
        .findCoordinator(key)
        .map(coordinator -> found(key, coordinator.node(), call))
        .otherwise(
            failure -> failed(key, KafkaErrors.of(failure), String.valueOf(failure.getMessage())));
  }

  private Coordinator found(String key, NodeId node, KafkaCall call) {
    return Brokers.of(call)
        .address(node)
        .map(
            address ->
                new Coordinator()
                    .setKey(key)
                    .setNodeId(node.value())
                    .setHost(address.host())
                    .setPort(address.port()))
        .orElseGet(
            () ->
                failed(
                    key,
                    Errors.COORDINATOR_NOT_AVAILABLE,
                    "broker " + node + " has no port for Kafka clients at the moment"));
  }

  private static Coordinator failed(String key, Errors error, String reason) {
    return new Coordinator()
        .setKey(key)
        .setErrorCode(error.code())
        .setErrorMessage(reason)
        .setNodeId(NO_NODE)
        .setHost("")
        .setPort(NO_NODE);
  }

  private static void answer(KafkaCall call, boolean many, List<Coordinator> found) {
    FindCoordinatorResponseData response = new FindCoordinatorResponseData();
    if (many) {
      call.answer(response.setCoordinators(found));
      return;
    }
    Coordinator only = found.get(0);
    call.answer(
        response
            .setErrorCode(only.errorCode())
            .setErrorMessage(only.errorMessage())
            .setNodeId(only.nodeId())
            .setHost(only.host())
            .setPort(only.port()));
  }
}
