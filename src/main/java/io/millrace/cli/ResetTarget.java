package io.millrace.cli;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Where {@code group reset} sets a position: exactly one of these options is given. */
final class ResetTarget {
  @Option(names = "--to-earliest", description = "To the first record that there is.")
  private boolean earliest;

  @Option(names = "--to-latest", description = "To the end: only what is written from now on.")
  @SuppressWarnings("UnusedVariable") // what is left if it is none of the others
  private boolean latest;

  @Option(names = "--to-offset", paramLabel = "N", description = "To this offset.")
  private @Nullable Long offset;

  @Option(
      names = "--shift-by",
      paramLabel = "N",
      description = "So many offsets further, or back if it is negative.")
  private @Nullable Long shift;

  @Option(
      names = "--to-datetime",
      paramLabel = "TIME",
      converter = IsoTime.class,
      description = "To the first record that is not older, such as 2026-01-31T12:00:00Z.")
  private @Nullable Instant time;

  /** What is known of a partition. Offsets are -1 if there is none. */
  record Place(long committed, long logStartOffset, long endOffset, long offsetByTime) {}

  /** The time that positions are to be found by. */
  @Nullable Instant time() {
    return time;
  }

  boolean isShift() {
    return shift != null;
  }

  /** The new position, which is within what the log has. */
  long in(Place place) {
    return Math.max(place.logStartOffset(), Math.min(place.endOffset(), wanted(place)));
  }

  private long wanted(Place place) {
    if (earliest) {
      return place.logStartOffset();
    }
    if (offset != null) {
      return offset;
    }
    if (shift != null) {
      return saturatedSum(place.committed(), shift);
    }
    boolean byTime = time != null && place.offsetByTime() >= 0;
    return byTime ? place.offsetByTime() : place.endOffset();
  }

  private static long saturatedSum(long offset, long change) {
    long sum = offset + change;
    return change > 0 && sum < 0 ? Long.MAX_VALUE : sum;
  }

  /** Reads a time with a zone. */
  static final class IsoTime implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "expected a time with a zone, such as 2026-01-31T12:00:00Z, not '" + text + "'");
      }
    }
  }
}
