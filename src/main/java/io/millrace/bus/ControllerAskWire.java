package io.millrace.bus;

import io.millrace.bus.message.AllocateNodeIdAsk;
import io.millrace.bus.message.AllocateProducerIdsAsk;
import io.millrace.bus.message.AlterPartitionAsk;
import io.millrace.bus.message.AlterTopicAsk;
import io.millrace.bus.message.BrokerHeartbeatAsk;
import io.millrace.bus.message.ControlEndpoint;
import io.millrace.bus.message.ControlIsrChange;
import io.millrace.bus.message.ControlIsrMember;
import io.millrace.bus.message.ControlPosition;
import io.millrace.bus.message.ControlTarget;
import io.millrace.bus.message.CreatePartitionsAsk;
import io.millrace.bus.message.CreateTopicAsk;
import io.millrace.bus.message.DeleteTopicAsk;
import io.millrace.bus.message.DrainBrokerAsk;
import io.millrace.bus.message.ElectLeadersAsk;
import io.millrace.bus.message.ReassignPartitionsAsk;
import io.millrace.bus.message.RebalanceAsk;
import io.millrace.bus.message.RegisterBrokerAsk;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicName;
import io.millrace.model.control.BrokerRegistration;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.control.HeartbeatReport;
import io.millrace.model.control.IsrChange;
import io.millrace.model.control.ReplicaPosition;
import io.millrace.model.image.BrokerEndpoint;
import io.millrace.model.image.BrokerListener;
import io.millrace.model.image.ProcessLife;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** What the controller is asked, as Avro records and back. */
final class ControllerAskWire {
  private ControllerAskWire() {}

  static SpecificRecord toWire(ControllerAsk ask) {
    if (ask instanceof ControllerAsk.BrokerHeartbeat beat) {
      return heartbeat(beat.report());
    } else if (ask instanceof ControllerAsk.AlterPartition alter) {
      return new AlterPartitionAsk(
          alter.nodeId().value(),
          alter.incarnation(),
          alter.changes().stream().map(ControllerAskWire::isrChange).toList());
    } else if (ask instanceof ControllerAsk.RegisterBroker register) {
      return registration(register);
    } else if (ask instanceof ControllerAsk.AllocateNodeId allocate) {
      return new AllocateNodeIdAsk(allocate.clusterId(), allocate.directoryId(), allocate.wanted());
    } else if (ask instanceof ControllerAsk.AllocateProducerIds allocate) {
      return new AllocateProducerIdsAsk(allocate.nodeId().value());
    } else if (ask instanceof ControllerAsk.DrainBroker drain) {
      return new DrainBrokerAsk(drain.nodeId().value(), drain.draining());
    } else if (ask instanceof ControllerAsk.Rebalance) {
      return new RebalanceAsk();
    } else if (ask instanceof ControllerAsk.ElectLeaders elect) {
      return new ElectLeadersAsk(ControlFields.toWire(elect.partitions()), elect.unclean());
    } else if (ask instanceof ControllerAsk.ReassignPartitions reassign) {
      return new ReassignPartitionsAsk(
          reassign.targets().entrySet().stream()
              .map(entry -> target(entry.getKey(), entry.getValue()))
              .toList());
    }
    return topicAsk(ask);
  }

  private static SpecificRecord topicAsk(ControllerAsk ask) {
    if (ask instanceof ControllerAsk.CreateTopic create) {
      return new CreateTopicAsk(
          create.name().value(),
          create.partitions(),
          create.replicationFactor(),
          create.settings(),
          create.validateOnly());
    } else if (ask instanceof ControllerAsk.DeleteTopic delete) {
      return new DeleteTopicAsk(delete.name().value());
    } else if (ask instanceof ControllerAsk.AlterTopic alter) {
      return new AlterTopicAsk(alter.name().value(), alter.changes());
    } else if (ask instanceof ControllerAsk.CreatePartitions more) {
      return new CreatePartitionsAsk(more.name().value(), more.totalPartitions());
    }
    throw new IllegalStateException("no record for " + ask);
  }

  private static BrokerHeartbeatAsk heartbeat(HeartbeatReport report) {
    return new BrokerHeartbeatAsk(
        report.nodeId().value(),
        report.incarnation(),
        report.isReady(),
        report.wantsToStop(),
        report.positions().entrySet().stream()
            .map(
                entry ->
                    new ControlPosition(
                        entry.getKey().topicId().mostSignificantBits(),
                        entry.getKey().topicId().leastSignificantBits(),
                        entry.getKey().partition(),
                        entry.getValue().lastEpoch(),
                        entry.getValue().endOffset()))
            .toList());
  }

  private static ControlIsrChange isrChange(IsrChange change) {
    return new ControlIsrChange(
        change.partition().topicId().mostSignificantBits(),
        change.partition().topicId().leastSignificantBits(),
        change.partition().partition(),
        change.leaderEpoch(),
        change.partitionEpoch(),
        change.members().stream()
            .map(member -> new ControlIsrMember(member.node().value(), member.incarnation()))
            .toList(),
        ControlFields.numbers(change.lacking()));
  }

  private static RegisterBrokerAsk registration(ControllerAsk.RegisterBroker register) {
    BrokerRegistration broker = register.registration();
    return new RegisterBrokerAsk(
        register.clusterId(),
        broker.nodeId().value(),
        broker.directoryId(),
        broker.rack().orElse(null),
        broker.endpoints().stream()
            .map(at -> new ControlEndpoint(at.listener().name(), at.host(), at.port()))
            .toList(),
        broker.supportedVersion(),
        broker.unclean(),
        broker.life().start(),
        broker.life().id());
  }

  private static ControlTarget target(PartitionId partition, Optional<List<NodeId>> replicas) {
    return new ControlTarget(
        partition.topicId().mostSignificantBits(),
        partition.topicId().leastSignificantBits(),
        partition.partition(),
        replicas.map(ControlFields::numbers).orElse(null));
  }

  /**
   * @throws io.millrace.model.StreamException INVALID_REQUEST if the record's values are none
   */
  static ControllerAsk fromWire(Object wire) {
    return ControlFields.read(() -> read(wire));
  }

  private static ControllerAsk read(Object wire) {
    if (wire instanceof BrokerHeartbeatAsk beat) {
      return heartbeat(beat);
    } else if (wire instanceof AlterPartitionAsk alter) {
      return new ControllerAsk.AlterPartition(
          new NodeId(alter.getNodeId()),
          alter.getIncarnation(),
          alter.getChanges().stream().map(ControllerAskWire::isrChange).toList());
    } else if (wire instanceof RegisterBrokerAsk register) {
      return registration(register);
    } else if (wire instanceof AllocateNodeIdAsk allocate) {
      return new ControllerAsk.AllocateNodeId(
          allocate.getClusterId(), allocate.getDirectoryId(), allocate.getWanted());
    } else if (wire instanceof AllocateProducerIdsAsk allocate) {
      return new ControllerAsk.AllocateProducerIds(new NodeId(allocate.getNodeId()));
    } else if (wire instanceof DrainBrokerAsk drain) {
      return new ControllerAsk.DrainBroker(new NodeId(drain.getNodeId()), drain.getDraining());
    } else if (wire instanceof RebalanceAsk) {
      return new ControllerAsk.Rebalance();
    } else if (wire instanceof ElectLeadersAsk elect) {
      return new ControllerAsk.ElectLeaders(
          ControlFields.fromWire(elect.getPartitions()), elect.getUnclean());
    } else if (wire instanceof ReassignPartitionsAsk reassign) {
      return reassignment(reassign);
    }
    return readTopicAsk(wire);
  }

  private static ControllerAsk readTopicAsk(Object wire) {
    if (wire instanceof CreateTopicAsk create) {
      return new ControllerAsk.CreateTopic(
          new TopicName(create.getName()),
          create.getPartitions(),
          create.getReplicationFactor(),
          create.getSettings(),
          create.getValidateOnly());
    } else if (wire instanceof DeleteTopicAsk delete) {
      return new ControllerAsk.DeleteTopic(new TopicName(delete.getName()));
    } else if (wire instanceof AlterTopicAsk alter) {
      return new ControllerAsk.AlterTopic(new TopicName(alter.getName()), alter.getChanges());
    } else if (wire instanceof CreatePartitionsAsk more) {
      return new ControllerAsk.CreatePartitions(
          new TopicName(more.getName()), more.getTotalPartitions());
    }
    throw WireFormatError.of("a question of no kind");
  }

  private static ControllerAsk heartbeat(BrokerHeartbeatAsk beat) {
    Map<PartitionId, ReplicaPosition> positions = new HashMap<>();
    for (ControlPosition at : beat.getPositions()) {
      positions.put(
          ControlFields.partition(
              at.getTopicMostSignificantBits(),
              at.getTopicLeastSignificantBits(),
              at.getPartition()),
          new ReplicaPosition(at.getLastEpoch(), at.getEndOffset()));
    }
    return new ControllerAsk.BrokerHeartbeat(
        new HeartbeatReport(
            new NodeId(beat.getNodeId()),
            beat.getIncarnation(),
            beat.getIsReady(),
            beat.getWantsToStop(),
            positions));
  }

  private static IsrChange isrChange(ControlIsrChange change) {
    return new IsrChange(
        ControlFields.partition(
            change.getTopicMostSignificantBits(),
            change.getTopicLeastSignificantBits(),
            change.getPartition()),
        change.getLeaderEpoch(),
        change.getPartitionEpoch(),
        change.getMembers().stream()
            .map(
                member ->
                    new IsrChange.Member(new NodeId(member.getNodeId()), member.getIncarnation()))
            .toList(),
        ControlFields.nodes(change.getLacking()));
  }

  private static ControllerAsk registration(RegisterBrokerAsk register) {
    return new ControllerAsk.RegisterBroker(
        register.getClusterId(),
        new BrokerRegistration(
            new NodeId(register.getNodeId()),
            register.getDirectoryId(),
            Optional.ofNullable(register.getRack()),
            register.getEndpoints().stream()
                .map(
                    at ->
                        new BrokerEndpoint(
                            BrokerListener.valueOf(at.getListener()), at.getHost(), at.getPort()))
                .toList(),
            register.getSupportedVersion(),
            register.getUnclean(),
            new ProcessLife(register.getStart(), register.getLifeId())));
  }

  private static ControllerAsk reassignment(ReassignPartitionsAsk reassign) {
    Map<PartitionId, Optional<List<NodeId>>> targets = new HashMap<>();
    for (ControlTarget target : reassign.getTargets()) {
      targets.put(
          ControlFields.partition(
              target.getTopicMostSignificantBits(),
              target.getTopicLeastSignificantBits(),
              target.getPartition()),
          Optional.ofNullable(target.getReplicas()).map(ControlFields::nodes));
    }
    return new ControllerAsk.ReassignPartitions(targets);
  }
}
