package io.millrace.metadata.raft;

import io.millrace.metadata.MemberId;
import io.millrace.metadata.MetadataRecord;
import io.millrace.metadata.MetadataState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What all members of a simulation have seen, and what must not be: two leaders of a term
 * (SingleLeaderPerTerm), two states of an index (StatesEqualByIndex), an acknowledged entry that a
 * later state does not have (CommittedNeverLost).
 */
final class History {
  private final Map<Long, MemberId> leaders = new HashMap<>();
  private final Map<Long, List<MetadataRecord>> states = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private long acknowledgedIndex;
  private int acknowledged;
  private int proposed;

  void proposed() {
    proposed++;
  }

  void acknowledged(long index) {
    acknowledged++;
    acknowledgedIndex = Math.max(acknowledgedIndex, index);
    if (!states.containsKey(index)) {
      violations.add("entry " + index + " was acknowledged before anybody applied it");
    }
  }

  void applied(MemberId member, MetadataState state) {
    List<MetadataRecord> records = state.toRecords();
    List<MetadataRecord> before = states.putIfAbsent(state.index(), records);
    if (before != null && !before.equals(records)) {
      violations.add(
          "entry " + state.index() + " is another on " + member + ": " + records + ", " + before);
    }
  }

  void elected(MemberId member, long term) {
    MemberId before = leaders.putIfAbsent(term, member);
    if (before != null && !before.equals(member)) {
      violations.add("term " + term + " has leaders " + before + " and " + member);
    }
  }

  void failed(MemberId member, Throwable cause) {
    violations.add(member + " failed: " + cause);
  }

  void note(String violation) {
    violations.add(violation);
  }

  List<String> violations() {
    return violations;
  }

  long acknowledgedIndex() {
    return acknowledgedIndex;
  }

  int acknowledged() {
    return acknowledged;
  }

  int terms() {
    return leaders.size();
  }

  @Override
  public String toString() {
    return proposed + " proposed, " + acknowledged + " acknowledged, " + terms() + " terms";
  }
}
