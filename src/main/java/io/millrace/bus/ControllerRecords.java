package io.millrace.bus;

import io.millrace.bus.message.AllocateNodeIdAsk;
import io.millrace.bus.message.AllocateProducerIdsAsk;
import io.millrace.bus.message.AlterPartitionAsk;
import io.millrace.bus.message.AlterTopicAsk;
import io.millrace.bus.message.BrokerHeartbeatAnswer;
import io.millrace.bus.message.BrokerHeartbeatAsk;
import io.millrace.bus.message.ControlEndpoint;
import io.millrace.bus.message.ControlIsrChange;
import io.millrace.bus.message.ControlIsrMember;
import io.millrace.bus.message.ControlPartition;
import io.millrace.bus.message.ControlPartitionState;
import io.millrace.bus.message.ControlPosition;
import io.millrace.bus.message.ControlResult;
import io.millrace.bus.message.ControlTarget;
import io.millrace.bus.message.ControllerAnswer;
import io.millrace.bus.message.ControllerQuestion;
import io.millrace.bus.message.ControllerRefusal;
import io.millrace.bus.message.CreatePartitionsAsk;
import io.millrace.bus.message.CreateTopicAsk;
import io.millrace.bus.message.DeleteTopicAsk;
import io.millrace.bus.message.DoneAnswer;
import io.millrace.bus.message.DrainBrokerAsk;
import io.millrace.bus.message.ElectLeadersAsk;
import io.millrace.bus.message.NodeIdAllocatedAnswer;
import io.millrace.bus.message.PartitionsDoneAnswer;
import io.millrace.bus.message.ProducerIdsAllocatedAnswer;
import io.millrace.bus.message.ReassignPartitionsAsk;
import io.millrace.bus.message.RebalanceAsk;
import io.millrace.bus.message.RegisterBrokerAsk;
import io.millrace.bus.message.RegisteredAnswer;
import io.millrace.bus.message.TopicChangedAnswer;
import java.util.List;

/** The Avro records of what the controller is asked and answers. */
final class ControllerRecords {
  static final List<Class<?>> CLASSES =
      List.of(
          AllocateNodeIdAsk.class,
          AllocateProducerIdsAsk.class,
          AlterPartitionAsk.class,
          AlterTopicAsk.class,
          BrokerHeartbeatAnswer.class,
          BrokerHeartbeatAsk.class,
          ControlEndpoint.class,
          ControlIsrChange.class,
          ControlIsrMember.class,
          ControlPartition.class,
          ControlPartitionState.class,
          ControlPosition.class,
          ControlResult.class,
          ControlTarget.class,
          ControllerAnswer.class,
          ControllerQuestion.class,
          ControllerRefusal.class,
          CreatePartitionsAsk.class,
          CreateTopicAsk.class,
          DeleteTopicAsk.class,
          DoneAnswer.class,
          DrainBrokerAsk.class,
          ElectLeadersAsk.class,
          NodeIdAllocatedAnswer.class,
          PartitionsDoneAnswer.class,
          ProducerIdsAllocatedAnswer.class,
          ReassignPartitionsAsk.class,
          RebalanceAsk.class,
          RegisterBrokerAsk.class,
          RegisteredAnswer.class,
          TopicChangedAnswer.class);

  private ControllerRecords() {}
}
