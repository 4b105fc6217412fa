package io.millrace.bus;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Results in the order of a request's entries, gathered from the shards that it was split over.
 *
 * <p>Threading: the loop that made it.
 *
 * @param <R> a result
 */
final class Gathered<R> {
  private final @Nullable Object[] results;
  private int missing;

  /**
   * Nothing gathered yet.
   *
   * @param entries of the request
   * @param parts that it was split into
   */
  Gathered(int entries, int parts) {
    this.results = new Object[entries];
    this.missing = parts;
  }

  /** Takes the results of one part; true if it was the last. */
  boolean add(ShardSplit<?> split, List<R> part) {
    for (int i = 0; i < part.size(); i++) {
      results[split.position(i)] = part.get(i);
    }
    missing--;
    return missing == 0;
  }

  /**
   * All results, once the last part is there; they are handed over and not copied.
   *
   * @throws NullPointerException if one is missing
   */
  List<R> all() {
    for (Object result : results) {
      Objects.requireNonNull(result, "a shard left an entry of its request unanswered");
    }
    @SuppressWarnings({"unchecked", "NullAway"}) // only add() writes them; checked above
    List<R> all = (List<R>) Collections.unmodifiableList(Arrays.asList(results));
    return all;
  }
}
