import java.util.Arrays;
import java.util.Locale;

/** Times in nanoseconds, as many as are put in; one thread at a time. */
final class Latencies {
  private long[] nanos = new long[1 << 16];
  private int count;

  void add(long value) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = value;
  }

  void addAll(Latencies others) {
    for (int i = 0; i < others.count; i++) {
      add(others.nanos[i]);
    }
  }

  int count() {
    return count;
  }

  /** "p50 p99 p99.9" in milliseconds, "- - -" if there are none. */
  String percentiles() {
    if (count == 0) {
      return "- - -";
    }
    Arrays.sort(nanos, 0, count);
    return String.format(Locale.ROOT, "%.2f %.2f %.2f", at(0.5), at(0.99), at(0.999));
  }

  private double at(double share) {
    return nanos[(int) (share * (count - 1))] / 1e6;
  }
}
