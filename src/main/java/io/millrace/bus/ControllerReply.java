package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.control.ControllerAnswer;
import java.util.Optional;

/** What the controller says to a {@link ControllerRequest}. */
public sealed interface ControllerReply extends BusReply {
  /** It is decided, and committed. */
  record Answered(long correlationId, ControllerAnswer answer) implements ControllerReply {}

  /**
   * Nothing was changed.
   *
   * @param controller the node to ask instead, if the error is NOT_CONTROLLER and it is known
   */
  record Refused(long correlationId, ErrorCode error, String reason, Optional<NodeId> controller)
      implements ControllerReply {}
}
