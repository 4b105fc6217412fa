package io.millrace.log.segment;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a log. A failed write or fsync takes it offline: of what was written since the
 * fsync before nothing is known. Damaged bytes that a reader came across are not served and are
 * reported, but the end of the log is as good as ever.
 *
 * <p>Threading: any thread.
 */
final class LogHealth {
  private @Nullable String failure;
  private @Nullable String damage;

  synchronized void reportFailure(String what) {
    if (failure == null) {
      failure = what;
    }
  }

  synchronized void reportDamage(String what) {
    if (damage == null) {
      damage = what;
    }
  }

  /** Why the log takes no writes and serves nothing. */
  synchronized Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** Why the log should not lead: the failure or else the damage. */
  synchronized Optional<String> worst() {
    return Optional.ofNullable(failure == null ? damage : failure);
  }
}
