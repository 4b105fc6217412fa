package io.millrace.model.control;

import io.millrace.model.NodeId;
import io.millrace.model.image.TopicImage;
import java.util.List;

/**
 * What the controller answers. Whatever it decided is committed; an image of {@code imageVersion}
 * or later shows it.
 */
public sealed interface ControllerAnswer {
  record NodeIdAllocated(NodeId nodeId) implements ControllerAnswer {}

  record Registered(long incarnation, long imageVersion) implements ControllerAnswer {}

  record HeartbeatAnswered(HeartbeatAnswer answer) implements ControllerAnswer {}

  /** One result for each partition that was asked for. */
  record PartitionsDone(List<PartitionResult> results, long imageVersion)
      implements ControllerAnswer {
    public PartitionsDone {
      results = List.copyOf(results);
    }
  }

  /** The ids from the first one to the one before the end. */
  record ProducerIdsAllocated(long firstProducerId, long endProducerId)
      implements ControllerAnswer {}

  /** The topic as it is now, or as it would have been. */
  record TopicChanged(TopicImage topic, long imageVersion) implements ControllerAnswer {}

  /**
   * Nothing more to say.
   *
   * @param count how many things were set out for
   */
  record Done(int count, long imageVersion) implements ControllerAnswer {}
}
