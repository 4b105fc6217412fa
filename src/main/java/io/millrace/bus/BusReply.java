package io.millrace.bus;

/** What comes back for a message that was sent with this correlation id. */
public sealed interface BusReply extends BusMessage
    permits ShardReply,
        MetadataReply,
        CoordinatorReply,
        ReplicaFetchReply,
        HelloReply,
        ControllerReply,
        MetadataFetchReply {
  long correlationId();
}
