package io.millrace.group;

import io.millrace.model.PartitionId;
import java.util.Optional;
import java.util.Set;

/** A client in a group, as far as a test of the coordinator needs one. */
interface TestMember {
  /** Empty while it has none. */
  String memberId();

  /** If it is a static member. */
  Optional<String> instanceId();

  /** What it was told to own and has not given up. */
  Set<PartitionId> owned();

  /** Does what is next: a heartbeat, a join, a sync. */
  void poll();

  /** Gives up what it was told to give up. */
  void giveUp();

  void subscribe(Set<String> topics);

  Set<String> subscription();

  void leave();

  /** The next answer to it is lost on its way. */
  void loseNextReply();

  /** The coordinator it asked is gone, and its answer with it. */
  void reconnect();
}
