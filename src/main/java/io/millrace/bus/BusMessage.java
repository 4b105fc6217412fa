package io.millrace.bus;

/** Whatever travels over the event bus: immutable, but for the one owner of its buffers. */
public sealed interface BusMessage
    permits ShardRequest,
        MetadataRequest,
        CoordinatorRequest,
        ControllerRequest,
        ImageUpdate,
        BusReply,
        LoopMail {}
