package io.millrace.metadata.raft;

import io.microraft.RaftRole;
import io.microraft.report.RaftNodeReport;
import io.microraft.report.RaftNodeReportListener;
import io.millrace.metadata.LogMembers;
import io.millrace.metadata.MetadataState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes events of the library's reports: who the members are, and that this one leads no more.
 *
 * <p>Threading: the thread of Raft.
 */
final class RoleWatch implements RaftNodeReportListener, RaftEvents {
  private static final Logger LOGGER = LoggerFactory.getLogger(RoleWatch.class);

  private final RaftEvents events;
  private long ledTerm;
  private @Nullable LogMembers members;

  RoleWatch(RaftEvents events) {
    this.events = events;
  }

  @Override
  public void accept(RaftNodeReport report) {
    boolean leads = report.getRole() == RaftRole.LEADER && report.getTerm().getTerm() == ledTerm;
    if (!leads) {
      depose();
    }
    LogMembers now =
        RaftMember.membersOf(
            report.getCommittedMembers().getMembers(),
            report.getCommittedMembers().getVotingMembers());
    if (!now.equals(members)) {
      members = now;
      events.onMembers(now);
    }
  }

  /** Whatever the library knows, this member leads no more in this term. */
  void depose() {
    if (ledTerm > 0) {
      LOGGER.info("this node leads the metadata log no more, since term {}", ledTerm);
      ledTerm = 0;
      events.onDeposed();
    }
  }

  @Override
  public void onElected(long term) {
    ledTerm = term;
    LOGGER.info("this node leads the metadata log in term {}", term);
    events.onElected(term);
  }

  @Override
  public void onState(MetadataState state) {
    events.onState(state);
  }

  @Override
  public void onDeposed() {
    events.onDeposed();
  }

  @Override
  public void onMembers(LogMembers newMembers) {
    events.onMembers(newMembers);
  }
}
