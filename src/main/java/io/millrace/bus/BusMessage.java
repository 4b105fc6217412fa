package io.millrace.bus;

/** Whatever travels over the event bus: immutable, but for the one owner of its buffers. */
public sealed interface BusMessage
    permits ShardRequest,
        MetadataRequest,
        CoordinatorRequest,
        ControllerRequest,
        ImageUpdate,
        ReplicaFetchRequest,
        BusReply,
        LoopMail,
        HelloRequest,
        RaftMail,
        MetadataFetchRequest,
        Parcel {
  /** About how many bytes it is between nodes, beside a few hundred of its envelope. */
  default long sizeBytes() {
    return 0;
  }

  /** Gives back what the message holds, for a sender or receiver that has no use for it. */
  default void discard() {}
}
