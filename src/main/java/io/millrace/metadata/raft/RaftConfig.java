package io.millrace.metadata.raft;

import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MemberId;
import io.millrace.model.config.SettingValues;
import java.nio.file.Path;

/**
 * What a member of the metadata log is made of.
 *
 * @param directory its own, created if it is missing
 * @param self who it is
 * @param initialMembers with whom the log began: the founder alone, or a first group; the same on
 *     every member for ever. A member that is not among them waits until it is taken in
 * @param settings the broker's
 */
public record RaftConfig(
    Path directory, MemberId self, LogMembers initialMembers, SettingValues settings) {
  /** No message between members is larger; links between nodes must take one as large as this. */
  public static final int MAX_MESSAGE_BYTES = 1024 * 1024;

  /** A proposal with more would not fit into a message. */
  static final int MAX_PROPOSAL_BYTES = 512 * 1024;

  /** Whether this member begins the log. */
  public boolean isFounder() {
    return initialMembers.voters().contains(self);
  }
}
