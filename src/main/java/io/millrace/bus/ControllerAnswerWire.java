package io.millrace.bus;

import io.millrace.bus.message.BrokerHeartbeatAnswer;
import io.millrace.bus.message.ControlPartitionState;
import io.millrace.bus.message.ControlResult;
import io.millrace.bus.message.DoneAnswer;
import io.millrace.bus.message.NodeIdAllocatedAnswer;
import io.millrace.bus.message.PartitionsDoneAnswer;
import io.millrace.bus.message.ProducerIdsAllocatedAnswer;
import io.millrace.bus.message.RegisteredAnswer;
import io.millrace.bus.message.TopicChangedAnswer;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.config.TopicSettings;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.HeartbeatAnswer;
import io.millrace.model.control.PartitionResult;
import io.millrace.model.image.PartitionImage;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** What the controller answers, as Avro records and back. */
final class ControllerAnswerWire {
  private static final int NO_LEADER = -1;

  private ControllerAnswerWire() {}

  static SpecificRecord toWire(ControllerAnswer answer) {
    if (answer instanceof ControllerAnswer.HeartbeatAnswered beat) {
      HeartbeatAnswer heard = beat.answer();
      return new BrokerHeartbeatAnswer(
          heard.sessionTimeoutMs(),
          heard.isFenced(),
          heard.leaseVersion(),
          heard.mayStop(),
          ControlFields.toWire(heard.positionsWanted()));
    } else if (answer instanceof ControllerAnswer.PartitionsDone done) {
      return new PartitionsDoneAnswer(
          done.results().stream().map(ControllerAnswerWire::result).toList(), done.imageVersion());
    } else if (answer instanceof ControllerAnswer.Registered registered) {
      return new RegisteredAnswer(registered.incarnation(), registered.imageVersion());
    } else if (answer instanceof ControllerAnswer.NodeIdAllocated allocated) {
      return new NodeIdAllocatedAnswer(allocated.nodeId().value());
    } else if (answer instanceof ControllerAnswer.ProducerIdsAllocated allocated) {
      return new ProducerIdsAllocatedAnswer(allocated.firstProducerId(), allocated.endProducerId());
    } else if (answer instanceof ControllerAnswer.TopicChanged changed) {
      return topic(changed);
    } else if (answer instanceof ControllerAnswer.Done done) {
      return new DoneAnswer(done.count(), done.imageVersion());
    }
    throw new IllegalStateException("no record for " + answer);
  }

  private static ControlResult result(PartitionResult result) {
    return new ControlResult(
        result.partition().topicId().mostSignificantBits(),
        result.partition().topicId().leastSignificantBits(),
        result.partition().partition(),
        result.error().id(),
        result.reason());
  }

  private static TopicChangedAnswer topic(ControllerAnswer.TopicChanged changed) {
    TopicImage topic = changed.topic();
    return new TopicChangedAnswer(
        topic.id().mostSignificantBits(),
        topic.id().leastSignificantBits(),
        topic.name().value(),
        topic.partitions().stream()
            .map(
                partition ->
                    new ControlPartitionState(
                        partition.leader().map(NodeId::value).orElse(NO_LEADER),
                        partition.leaderEpoch(),
                        partition.partitionEpoch(),
                        ControlFields.numbers(partition.replicas()),
                        ControlFields.numbers(partition.inSyncReplicas())))
            .toList(),
        topic.settings().given(),
        topic.replicationGrows(),
        changed.imageVersion());
  }

  /**
   * @throws io.millrace.model.StreamException INVALID_REQUEST if the record's values are none
   */
  static ControllerAnswer fromWire(Object wire) {
    return ControlFields.read(() -> read(wire));
  }

  private static ControllerAnswer read(Object wire) {
    if (wire instanceof BrokerHeartbeatAnswer beat) {
      return new ControllerAnswer.HeartbeatAnswered(
          new HeartbeatAnswer(
              beat.getSessionTimeoutMs(),
              beat.getIsFenced(),
              beat.getLeaseVersion(),
              beat.getMayStop(),
              ControlFields.fromWire(beat.getPositionsWanted())));
    } else if (wire instanceof PartitionsDoneAnswer done) {
      return new ControllerAnswer.PartitionsDone(
          done.getResults().stream().map(ControllerAnswerWire::result).toList(),
          done.getImageVersion());
    } else if (wire instanceof RegisteredAnswer registered) {
      return new ControllerAnswer.Registered(
          registered.getIncarnation(), registered.getImageVersion());
    } else if (wire instanceof NodeIdAllocatedAnswer allocated) {
      return new ControllerAnswer.NodeIdAllocated(new NodeId(allocated.getNodeId()));
    } else if (wire instanceof ProducerIdsAllocatedAnswer allocated) {
      return new ControllerAnswer.ProducerIdsAllocated(
          allocated.getFirstProducerId(), allocated.getEndProducerId());
    } else if (wire instanceof TopicChangedAnswer changed) {
      return new ControllerAnswer.TopicChanged(topic(changed), changed.getImageVersion());
    } else if (wire instanceof DoneAnswer done) {
      return new ControllerAnswer.Done(done.getCount(), done.getImageVersion());
    }
    throw WireFormatError.of("an answer of no kind");
  }

  private static PartitionResult result(ControlResult wire) {
    return new PartitionResult(
        ControlFields.partition(
            wire.getTopicMostSignificantBits(),
            wire.getTopicLeastSignificantBits(),
            wire.getPartition()),
        ErrorCode.of(wire.getError()),
        wire.getReason());
  }

  private static TopicImage topic(TopicChangedAnswer wire) {
    List<PartitionImage> partitions = new ArrayList<>();
    for (ControlPartitionState state : wire.getPartitions()) {
      partitions.add(
          new PartitionImage(
              partitions.size(),
              state.getLeader() == NO_LEADER
                  ? Optional.empty()
                  : Optional.of(new NodeId(state.getLeader())),
              state.getLeaderEpoch(),
              state.getPartitionEpoch(),
              ControlFields.nodes(state.getReplicas()),
              ControlFields.nodes(state.getInSyncReplicas())));
    }
    return new TopicImage(
        new TopicId(wire.getTopicMostSignificantBits(), wire.getTopicLeastSignificantBits()),
        new TopicName(wire.getName()),
        partitions,
        TopicSettings.of(wire.getSettings()),
        wire.getReplicationGrows());
  }
}
