package io.millrace.bus;

import io.millrace.model.ErrorCode;
import io.millrace.model.group.GroupResponse;
import java.util.List;

/** What a node's group coordinators answer. */
public sealed interface CoordinatorReply extends BusReply {
  /** A coordinator has decided, and what the answer rests on is committed. */
  record Answered(long correlationId, GroupResponse response) implements CoordinatorReply {}

  /** The coordinator that was waited for is loaded. */
  record Loaded(long correlationId) implements CoordinatorReply {}

  record Listed(long correlationId, List<GroupResponse.Listed> groups)
      implements CoordinatorReply {}

  /** No coordinator decided, or it cannot be known what became of the decision. */
  record Failed(long correlationId, ErrorCode error, String reason) implements CoordinatorReply {}
}
