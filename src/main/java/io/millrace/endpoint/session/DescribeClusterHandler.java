package io.millrace.endpoint.session;

import io.millrace.model.NodeId;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerImage;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.ReplicationSummary;
import io.millrace.model.image.ReplicationSummary.NodeShare;
import io.millrace.protocol.stream.message.ClusterDescribed;
import io.millrace.protocol.stream.message.DescribeCluster;
import io.millrace.protocol.stream.message.NodeDescription;
import io.netty.buffer.ByteBuf;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Describes the cluster. */
final class DescribeClusterHandler implements MessageHandler<DescribeCluster> {
  @Override
  public void handle(StreamSession session, DescribeCluster message, ByteBuf frame) {
    ClusterImage image = session.loop().image();
    ReplicationSummary summary = ReplicationSummary.of(image);
    session.send(
        new ClusterDescribed(
            message.getRequestId(),
            image.clusterId(),
            image.controller().map(NodeId::value).orElse(-1),
            image.version(),
            ids(image.voters()),
            ids(image.learners()),
            image.topics().size(),
            image.partitionCount(),
            summary.offline(),
            summary.underReplicated(),
            image.brokers().stream()
                .map(broker -> node(broker, summary.of(broker.id())))
                .toList()));
  }

  private static List<Integer> ids(Collection<NodeId> nodes) {
    return nodes.stream().map(NodeId::value).sorted().toList();
  }

  private static NodeDescription node(BrokerImage broker, NodeShare share) {
    Map<String, String> endpoints = new TreeMap<>();
    for (BrokerEndpoint endpoint : broker.endpoints()) {
      endpoints.put(
          endpoint.listener().name().toLowerCase(Locale.ROOT),
          endpoint.host() + ":" + endpoint.port());
    }
    return new NodeDescription(
        broker.id().value(),
        broker.fenced(),
        broker.draining(),
        broker.rack().orElse(""),
        endpoints,
        share.leads(),
        share.replicas(),
        share.outOfSync());
  }
}
