package io.millrace.metadata;

import io.millrace.model.NodeId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One copy of the metadata log: a node, and the directory that it keeps the copy in. A node whose
 * disk was wiped has forgotten what it promised, and so comes back as another member.
 *
 * @param directoryId drawn when the directory was first used; 1 to 64 of {@code [A-Za-z0-9_-]}
 */
public record MemberId(NodeId nodeId, String directoryId) {
  private static final Pattern KEY = Pattern.compile("(\\d{1,9})@([A-Za-z0-9_-]{1,64})");

  public MemberId {
    if (!KEY.matcher(nodeId.value() + "@" + directoryId).matches()) {
      throw new IllegalArgumentException(
          "no member of the metadata log: node " + nodeId + ", directory '" + directoryId + "'");
    }
  }

  /** The member with this key, none if it is no key. */
  public static Optional<MemberId> parse(String key) {
    Matcher matcher = KEY.matcher(key);
    return matcher.matches()
        ? Optional.of(
            new MemberId(new NodeId(Integer.parseInt(matcher.group(1))), matcher.group(2)))
        : Optional.empty();
  }

  /** {@code <node id>@<directory id>}. */
  public String key() {
    return nodeId + "@" + directoryId;
  }

  @Override
  public String toString() {
    return key();
  }
}
