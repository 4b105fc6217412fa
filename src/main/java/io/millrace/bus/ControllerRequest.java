package io.millrace.bus;

import io.millrace.model.control.ControllerAsk;

/**
 * A question to the controller of the cluster, answered by one {@link ControllerReply} with its
 * correlation id.
 *
 * @param correlationId unique among the requests of its reply address
 * @param deadlineNanos monotonic; a request that is found after it is not carried out
 */
public record ControllerRequest(
    long correlationId, Address<LoopMail> replyTo, ControllerAsk ask, long deadlineNanos)
    implements BusMessage {}
