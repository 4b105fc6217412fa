package io.millrace.metadata.raft;

import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MetadataState;

/** What happens to a member of the log, in order. Called on Raft's thread; does not block. */
interface RaftEvents {
  void onState(MetadataState state);

  /** This member leads, and has applied all that was committed before its term. */
  void onElected(long term);

  void onDeposed();

  /** Who the committed members are now. */
  void onMembers(LogMembers members);
}
