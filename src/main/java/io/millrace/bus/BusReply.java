package io.millrace.bus;

/** What comes back for a message that was sent with this correlation id. */
public sealed interface BusReply extends BusMessage
    permits ShardReply, MetadataReply, CoordinatorReply, ControllerReply {
  long correlationId();

  /** Gives back what the message holds, for a receiver that is no longer interested. */
  default void discard() {}
}
