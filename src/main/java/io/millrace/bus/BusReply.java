package io.millrace.bus;

/** What comes back for a message that was sent with this correlation id. */
public sealed interface BusReply extends BusMessage
<<<<<<< HEAD
    permits ShardReply, MetadataReply, CoordinatorReply, ReplicaFetchReply, HelloReply {
=======
    permits ShardReply, MetadataReply, CoordinatorReply, ControllerReply {
>>>>>>> 363f92a (Draft the controller of a cluster: sessions, elections, placement, reassignment)
  long correlationId();
}
