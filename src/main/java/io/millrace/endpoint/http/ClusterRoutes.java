package io.millrace.endpoint.http;

import io.millrace.bus.MetadataClient;
import io.millrace.endpoint.HttpRoutes;
import io.millrace.endpoint.NodeState;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.StreamException;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.ReplicationSummary;
import io.millrace.model.image.ReplicationSummary.NodeShare;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Collection;
import java.util.Locale;
import java.util.function.IntSupplier;

/** The cluster as this node knows it, and what may be changed about it. */
final class ClusterRoutes implements HttpRoutes {
  private final MetadataClient metadata;
  private final NodeState state;
  private final IntSupplier nodeId;
  private final String version;

  ClusterRoutes(MetadataClient metadata, NodeState state, IntSupplier nodeId, String version) {
    this.metadata = metadata;
    this.state = state;
    this.nodeId = nodeId;
    this.version = version;
  }

  @Override
  public void mount(Router router) {
    Resource.at(router, "/v1/cluster").on(HttpMethod.GET, this::describe).end();
    Resource.at(router, "/v1/cluster/rebalance").on(HttpMethod.POST, this::rebalance).end();
    Resource.at(router, "/v1/cluster/brokers/:node/drain")
        .on(HttpMethod.POST, context -> drain(context, true))
        .on(HttpMethod.DELETE, context -> drain(context, false))
        .end();
  }

  private void rebalance(RoutingContext context) {
    metadata
        .ask(new ControllerAsk.Rebalance())
        .onSuccess(
            answer ->
                JsonAnswer.send(
                    context,
                    200,
                    new JsonObject().put("moves", ((ControllerAnswer.Done) answer).count())))
        .onFailure(context::fail);
  }

  private void drain(RoutingContext context, boolean draining) {
    NodeId node = node(context);
    metadata
        .ask(new ControllerAsk.DrainBroker(node, draining))
        .onSuccess(
            done ->
                JsonAnswer.send(
                    context,
                    200,
                    new JsonObject()
                        .put("nodeId", node.value())
                        .put("draining", draining)
                        .put(
                            "replicas",
                            ReplicationSummary.of(metadata.image()).of(node).replicas())))
        .onFailure(context::fail);
  }

  /** The broker that the path names. */
  private static NodeId node(RoutingContext context) {
    String number = context.pathParam("node");
    try {
      return new NodeId(Integer.parseInt(number));
    } catch (NumberFormatException | StreamException e) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST, "'" + number + "' is not the number of a broker", e);
    }
  }

  private void describe(RoutingContext context) {
    ClusterImage image = metadata.image();
    ReplicationSummary summary = ReplicationSummary.of(image);
    JsonArray brokers = new JsonArray();
    image.brokers().forEach(broker -> brokers.add(broker(broker, summary.of(broker.id()))));
    JsonAnswer.send(
        context,
        200,
        new JsonObject()
            .put("clusterId", image.clusterId())
            .put("nodeId", nodeId.getAsInt())
            .put("state", state.toString())
            .put("serverVersion", version)
            .put("metadataVersion", JsonAnswer.number(image.version()))
            .put("controller", image.controller().map(NodeId::value).orElse(-1))
            .put("voters", ids(image.voters()))
            .put("learners", ids(image.learners()))
            .put("brokers", brokers)
            .put("topicCount", image.topics().size())
            .put("partitionCount", image.partitionCount())
            .put("offlinePartitionCount", summary.offline())
            .put("underReplicatedPartitionCount", summary.underReplicated()));
  }

  private static JsonObject broker(BrokerImage broker, NodeShare share) {
    JsonObject endpoints = new JsonObject();
    broker
        .endpoints()
        .forEach(
            each ->
                endpoints.put(
                    each.listener().name().toLowerCase(Locale.ROOT),
                    each.host() + ":" + each.port()));
    return new JsonObject()
        .put("nodeId", broker.id().value())
        .put("incarnation", JsonAnswer.number(broker.incarnation()))
        .put("fenced", broker.fenced())
        .put("draining", broker.draining())
        .put("rack", broker.rack().orElse(""))
        .put("endpoints", endpoints)
        .put("leads", share.leads())
        .put("replicas", share.replicas())
        .put("outOfSync", share.outOfSync());
  }

  private static JsonArray ids(Collection<NodeId> nodes) {
    return new JsonArray(nodes.stream().map(NodeId::value).sorted().toList());
  }
}
