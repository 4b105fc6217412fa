package io.millrace.model;

/**
 * The two clocks, injected everywhere. The wall clock stamps records and ages segments and decides
 * nothing about safety; deadlines, leases and sessions use the monotonic clock, which no
 * administrator can set back.
 */
public interface TimeSource {
  /** Milliseconds since 1970-01-01 UTC; may jump either way. */
  long wallClockMs();

  /** Nanoseconds from an arbitrary origin, never going back; compare by subtraction only. */
  long monotonicNanos();

  /** The machine's clocks. */
  TimeSource SYSTEM =
      new TimeSource() {
        @Override
        public long wallClockMs() {
          return System.currentTimeMillis();
        }

        @Override
        public long monotonicNanos() {
          return System.nanoTime();
        }
      };
}
