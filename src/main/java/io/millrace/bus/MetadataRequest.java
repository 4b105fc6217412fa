package io.millrace.bus;

import io.millrace.model.TopicName;
import io.millrace.model.control.ControllerAsk;
import java.util.Map;

/** A change of metadata, answered by one {@link MetadataReply} with its correlation id. */
public sealed interface MetadataRequest extends BusMessage {
  /** Unique among the requests of its reply address. */
  long correlationId();

  Address<LoopMail> replyTo();

  /** Answered by {@link MetadataReply.TopicChanged}; -1 partitions for the broker's default. */
  record CreateTopic(
      long correlationId,
      Address<LoopMail> replyTo,
      TopicName name,
      int partitions,
      Map<String, String> settings,
      boolean validateOnly)
      implements MetadataRequest {}

  /** Answered by {@link MetadataReply.Done}. */
  record DeleteTopic(long correlationId, Address<LoopMail> replyTo, TopicName name)
      implements MetadataRequest {}

  /** Answered by {@link MetadataReply.TopicChanged}; an empty text is the default. */
  record AlterTopic(
      long correlationId, Address<LoopMail> replyTo, TopicName name, Map<String, String> changes)
      implements MetadataRequest {}

  /** Answered by {@link MetadataReply.TopicChanged}. */
  record CreatePartitions(
      long correlationId, Address<LoopMail> replyTo, TopicName name, int totalPartitions)
      implements MetadataRequest {}

  /** Answered by {@link MetadataReply.ProducerIdAllocated}. */
  record AllocateProducerId(long correlationId, Address<LoopMail> replyTo)
      implements MetadataRequest {}

  /** Anything else for the controller; answered by {@link MetadataReply.ControllerAnswered}. */
  record AskController(long correlationId, Address<LoopMail> replyTo, ControllerAsk ask)
      implements MetadataRequest {}
}
