import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** What a member says on its standard output, a line each: microseconds, a word, and what belongs to it. */
final class Says {
  private static final PrintStream OUT = System.out;

  private Says() {}

  static void assigned(int epoch, Collection<Integer> partitions) {
    say("assigned " + epoch + " " + list(partitions));
  }

  static void revoked(Collection<Integer> partitions) {
    say("revoked " + list(partitions));
  }

  static void lost(Collection<Integer> partitions) {
    say("lost " + list(partitions));
  }

  static void epoch(int epoch) {
    say("epoch " + epoch);
  }

  static void read(int partition, long firstOffset, long lastOffset) {
    say("read " + partition + " " + firstOffset + " " + lastOffset);
  }

  static void committed(Map<Integer, Long> positions) {
    say("committed "
        + positions.entrySet().stream().map(entry -> entry.getKey() + ":" + entry.getValue()).collect(Collectors.joining(",")));
  }

  static void remark(String text) {
    say("remark " + text.replace('\n', ' '));
  }

  private static String list(Collection<Integer> partitions) {
    return partitions.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static synchronized void say(String text) {
    OUT.println(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) + " " + text);
    OUT.flush();
  }
}
