package io.millrace.endpoint.http;

import io.millrace.bus.MetadataClient;
import io.millrace.endpoint.HttpRoutes;
import io.millrace.endpoint.NodeState;
import io.millrace.model.image.ClusterImage;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.IntSupplier;

/** The cluster as this node knows it. */
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
  }

  private void describe(RoutingContext context) {
    ClusterImage image = metadata.image();
    JsonArray brokers = new JsonArray();
    image
        .brokers()
        .forEach(
            broker ->
                brokers.add(
                    new JsonObject()
                        .put("nodeId", broker.id().value())
                        .put("incarnation", JsonAnswer.number(broker.incarnation()))
                        .put("fenced", broker.fenced())));
    int partitions = image.topics().stream().mapToInt(topic -> topic.partitions().size()).sum();
    JsonAnswer.send(
        context,
        200,
        new JsonObject()
            .put("clusterId", image.clusterId())
            .put("nodeId", nodeId.getAsInt())
            .put("state", state.toString())
            .put("serverVersion", version)
            .put("metadataVersion", JsonAnswer.number(image.version()))
            .put("brokers", brokers)
            .put("topicCount", image.topics().size())
            .put("partitionCount", partitions));
  }
}
