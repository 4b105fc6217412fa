package io.millrace.bus;

/** Asks a node who it is, before anything else is known of it; answered by {@link HelloReply}. */
public record HelloRequest(long correlationId, Address<LoopMail> replyTo) implements BusMessage {}
