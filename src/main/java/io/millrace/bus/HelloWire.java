package io.millrace.bus;

import io.millrace.bus.message.HelloAnswer;
import io.millrace.bus.message.HelloBroker;
import io.millrace.model.NodeId;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Questions who somebody is, and answers, as frames. */
final class HelloWire implements MessageWire {
  private static final Set<WireKind> KINDS = EnumSet.of(WireKind.HELLO, WireKind.HELLO_ANSWER);
  private static final int NOBODY = -1;

  @Override
  public Set<WireKind> kinds() {
    return KINDS;
  }

  @Override
  public boolean writes(BusMessage message) {
    return message instanceof HelloRequest || message instanceof HelloReply;
  }

  @Override
  public void encode(Buffer out, BusMessage message) {
    if (message instanceof HelloRequest request) {
      BusCodec.appendHeader(
          out,
          WireKind.HELLO,
          Envelope.encode(
              new io.millrace.bus.message.HelloRequest(
                  request.correlationId(), request.replyTo().value())));
    } else if (message instanceof HelloReply reply) {
      HelloAnswer wire =
          new HelloAnswer(
              reply.correlationId(),
              reply.clusterId().orElse(""),
              number(reply.nodeId()),
              reply.directoryId(),
              number(reply.controller()),
              reply.voters().stream().map(NodeId::value).sorted().toList(),
              reply.founder(),
              reply.brokers().stream().map(HelloWire::toWire).toList());
      BusCodec.appendHeader(out, WireKind.HELLO_ANSWER, Envelope.encode(wire));
    }
  }

  private static int number(Optional<NodeId> node) {
    return node.map(NodeId::value).orElse(NOBODY);
  }

  private static Optional<NodeId> node(int number) {
    return number < 0 ? Optional.empty() : Optional.of(new NodeId(number));
  }

  @Override
  public BusMessage decode(WireKind kind, ByteBuf envelope, ByteBuf records) {
    if (kind == WireKind.HELLO) {
      io.millrace.bus.message.HelloRequest wire =
          Envelope.decode(
              io.millrace.bus.message.HelloRequest.getClassSchema(),
              io.millrace.bus.message.HelloRequest.class,
              envelope);
      return new HelloRequest(
          wire.getCorrelationId(), new Address<>(wire.getReplyTo(), Scope.CLUSTER, LoopMail.class));
    }
    HelloAnswer wire = Envelope.decode(HelloAnswer.getClassSchema(), HelloAnswer.class, envelope);
    return new HelloReply(
        wire.getCorrelationId(),
        Optional.of(wire.getClusterId()).filter(id -> !id.isEmpty()),
        node(wire.getNodeId()),
        wire.getDirectoryId(),
        node(wire.getController()),
        wire.getVoters().stream()
            .filter(number -> number >= 0)
            .map(NodeId::new)
            .collect(Collectors.toSet()),
        wire.getFounder(),
        wire.getBrokers().stream()
            .filter(broker -> broker.getNodeId() >= 0)
            .map(HelloWire::fromWire)
            .toList());
  }

  private static HelloBroker toWire(HelloReply.Broker broker) {
    return new HelloBroker(
        broker.nodeId().value(),
        broker.directoryId(),
        broker.incarnation(),
        broker.host(),
        broker.port());
  }

  private static HelloReply.Broker fromWire(HelloBroker broker) {
    return new HelloReply.Broker(
        new NodeId(broker.getNodeId()),
        broker.getDirectoryId(),
        broker.getIncarnation(),
        broker.getHost(),
        broker.getPort());
  }
}
