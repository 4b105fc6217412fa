package io.millrace.verticle;

import io.millrace.model.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which node to ask for what was committed. It stays with one that has news; one that has had none
 * for a while may be cut off from the others without knowing, so another one is asked then; and one
 * that did not answer is left alone for some time.
 *
 * <p>Threading: one thread.
 */
final class VoterChoice {
  private static final long QUIET_NANOS = 1_000_000_000L;
  private static final long REST_NANOS = 5_000_000_000L;

  private final Map<NodeId, Long> failedAtNanos = new HashMap<>();
  private @Nullable NodeId current;
  private long newsAtNanos;

  /**
   * The node to ask now; none if nobody is known.
   *
   * @param known the likeliest first
   */
  Optional<NodeId> next(Collection<NodeId> known, long nowNanos) {
    List<NodeId> candidates = known.stream().distinct().toList();
    failedAtNanos.keySet().retainAll(candidates);
    NodeId staysWith = current;
    if (staysWith != null
        && candidates.contains(staysWith)
        && !failedAtNanos.containsKey(staysWith)
        && nowNanos - newsAtNanos < QUIET_NANOS) {
      return Optional.of(staysWith);
    }
    Optional<NodeId> chosen = chooseFrom(following(candidates, staysWith), nowNanos);
    current = chosen.orElse(null);
    newsAtNanos = nowNanos;
    return chosen;
  }

  /** All of them, beginning behind the last one. */
  private static List<NodeId> following(List<NodeId> candidates, @Nullable NodeId last) {
    int from = last == null ? 0 : candidates.indexOf(last) + 1;
    List<NodeId> order = new ArrayList<>(candidates.subList(from, candidates.size()));
    order.addAll(candidates.subList(0, from));
    return order;
  }

  /** The first that may answer; if none may, the one that has rested longest. */
  private Optional<NodeId> chooseFrom(List<NodeId> order, long nowNanos) {
    NodeId rested = null;
    long longestNanos = -1;
    for (NodeId candidate : order) {
      Long failed = failedAtNanos.get(candidate);
      if (failed == null || nowNanos - failed >= REST_NANOS) {
        return Optional.of(candidate);
      }
      if (nowNanos - failed > longestNanos) {
        longestNanos = nowNanos - failed;
        rested = candidate;
      }
    }
    return Optional.ofNullable(rested);
  }

  /** It answered. */
  void answered(NodeId node, boolean hasNews, long nowNanos) {
    failedAtNanos.remove(node);
    if (hasNews && node.equals(current)) {
      newsAtNanos = nowNanos;
    }
  }

  /** It did not, or knows nothing. */
  void failed(NodeId node, long nowNanos) {
    failedAtNanos.put(node, nowNanos);
  }
}
