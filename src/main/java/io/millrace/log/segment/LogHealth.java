package io.millrace.log.segment;

import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a log. A failed write or fsync takes it offline: of what was written since the
 * fsync before nothing is known. Damage that a recovery found keeps it from being written to.
 * Damaged bytes that a reader came across are not served and are reported, but the end of the log
 * is as good as ever. Damage of either kind can be cut away, a failure of the disk cannot.
 *
 * <p>Threading: any thread.
 */
final class LogHealth {
  private static final long NOT_KNOWN = -1;

  private @Nullable String failure;
  private @Nullable String damage;
  private long damagedFrom = NOT_KNOWN;
  private boolean diskFailed;

  /** A write or an fsync failed. */
  synchronized void reportFailure(String what) {
    diskFailed = true;
    if (failure == null) {
      failure = what;
    }
  }

  /** A recovery came across damage. */
  synchronized void reportUnrecovered(LogDamage found) {
    if (failure == null) {
      failure = found.what();
    }
    reportDamage(found);
  }

  /** A reader came across damage. */
  synchronized void reportDamage(LogDamage found) {
    if (damage == null) {
      damage = found.what();
    }
    damagedFrom =
        damagedFrom == NOT_KNOWN ? found.fromOffset() : Math.min(damagedFrom, found.fromOffset());
  }

  /** Something is wrong, and nobody knows where. */
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

  /** Where damage begins that can be cut away; empty if there is none such. */
  synchronized OptionalLong damagedFrom() {
    return diskFailed || damagedFrom == NOT_KNOWN
        ? OptionalLong.empty()
        : OptionalLong.of(damagedFrom);
  }

  /** All that was damaged is gone. */
  synchronized void onDamageCut() {
    if (!diskFailed) {
      failure = null;
    }
    damage = null;
    damagedFrom = NOT_KNOWN;
  }
}
