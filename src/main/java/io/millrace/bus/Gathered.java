package io.millrace.bus;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Results in the order of a request's entries, gathered from its shards. */
final class Gathered {
  private Gathered() {}

  /**
   * The results, which are kept and not copied.
   *
   * @throws NullPointerException if one is missing
   */
  static <R> List<R> of(@Nullable R[] results) {
    for (R result : results) {
      Objects.requireNonNull(result, "a shard left an entry of its request unanswered");
    }
    @SuppressWarnings("NullAway") // checked above
    List<R> all = Collections.unmodifiableList(Arrays.asList(results));
    return all;
  }
}
