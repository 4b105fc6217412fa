package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.image.ClusterImage;
import io.millrace.model.image.TopicImage;

/** What became of a change of metadata, or news of it. */
public sealed interface MetadataReply extends BusReply {
  /** The topic as it is now, committed and opened by the local shards. */
  record TopicChanged(long correlationId, TopicImage topic) implements MetadataReply {}

  /** It is committed and carried out here. */
  record Done(long correlationId) implements MetadataReply {}

  record ProducerIdAllocated(long correlationId, long producerId) implements MetadataReply {}

  /** What the controller said to {@link MetadataRequest.AskController}. */
  record ControllerAnswered(long correlationId, ControllerAnswer answer) implements MetadataReply {}

  /** Nothing was changed. */
  record Failed(long correlationId, ErrorCode error, String reason) implements MetadataReply {}

  /**
   * The shards of this node follow a newer image. Nobody asked: it goes to every loop.
   *
   * @param correlationId always {@link LoopBus#UNASKED}
   */
  record ImageChanged(long correlationId, ClusterImage image) implements MetadataReply {}
}
