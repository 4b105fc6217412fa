import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Says where a broker's processor time went: a table of samples, from stacks as async-profiler collapses
 * them, one a line: {@code [thread tid=1];outermost;...;innermost count}. Time is put down to the
 * innermost frame that an area names, so that of a HashMap to whoever looks something up.
 */
final class Profile {
  private static final double LEAST_SHARE = 0.005;

  /** What the C library puts before the name of a call of the kernel. */
  private static final String LIBC = "(__GI_)?_*(libc_)?";

  private static final Map<String, Pattern> THREADS = new LinkedHashMap<>();
  private static final Map<String, Pattern> FRAMES = new LinkedHashMap<>();

  static {
    thread("JIT compiler", "\\[C[12] Compiler.*");
    thread("JVM: garbage collector and others", "\\[(VM |GC |G1 |Signal|Service Thread|Sweeper).*");
    frame("kernel: send", LIBC + "(send|sendto|sendmsg|writev|sendfile|sendfile64)");
    frame("kernel: receive", LIBC + "(recv|recvfrom|recvmsg|read|readv)");
    frame("kernel: write to files", LIBC + "(pwrite|pwrite64|pwritev)");
    frame("kernel: read from files", LIBC + "(pread|pread64|preadv)");
    frame("kernel: fsync", LIBC + "(fsync|fdatasync)");
    frame("kernel: open, close and size files", LIBC + "(open|open64|openat|close|fstat|fstat64|ftruncate|ftruncate64)");
    frame("kernel: wait for sockets", LIBC + "epoll_.*");
    frame("kernel: wake and park threads", LIBC + "(pthread_|futex|lll_lock|eventfd|clock_nanosleep|write$).*");
    frame("checksums", "java/util/zip/CRC32C?\\..*|.*updateBytesCRC32C?.*");
    frame("compression", "com/github/luben/.*|net/jpountz/.*|org/xerial/.*|.*(Inflater|Deflater).*");
    frame("the log", "io/millrace/(log|record)/.*");
    frame("partitions and replication", "io/millrace/(partition|replication)/.*");
    frame("groups", "io/millrace/group/.*");
    frame("shards and other verticles", "io/millrace/verticle/.*");
    frame("the bus", "io/millrace/bus/.*");
    frame("endpoints", "io/millrace/(endpoint|protocol)/.*");
    frame("the rest of this program", "io/millrace/.*");
    frame("Kafka's codec", "org/apache/kafka/.*");
    frame("Vert.x", "io/vertx/.*");
    frame("Netty", "io/netty/.*");
    frame("Hazelcast", "com/hazelcast/.*");
    frame("metrics", "io/micrometer/.*|org/HdrHistogram/.*");
  }

  private Profile() {}

  private static void thread(String area, String pattern) {
    THREADS.put(area, Pattern.compile(pattern));
  }

  private static void frame(String area, String pattern) {
    FRAMES.put(area, Pattern.compile(pattern));
  }

  static void print(List<String> files) throws IOException {
    for (String file : files) {
      Map<String, Long> samples = new HashMap<>();
      for (String line : Files.readAllLines(Path.of(file), StandardCharsets.UTF_8)) {
        int space = line.lastIndexOf(' ');
        samples.merge(area(line.substring(0, space).split(";")), Long.parseLong(line.substring(space + 1)), Long::sum);
      }
      long all = samples.values().stream().mapToLong(Long::longValue).sum();
      System.out.printf(Locale.ROOT, "%n%s, %,d samples%n%n| area | share |%n|---|---|%n", Path.of(file).getFileName(), all);
      samples.entrySet().stream()
          .filter(entry -> entry.getValue() >= LEAST_SHARE * all)
          .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
          .forEach(
              entry ->
                  System.out.printf(Locale.ROOT, "| %s | %.1f %% |%n", entry.getKey(), 100.0 * entry.getValue() / all));
    }
  }

  private static String area(String[] frames) {
    for (Map.Entry<String, Pattern> thread : THREADS.entrySet()) {
      if (thread.getValue().matcher(frames[0]).matches()) {
        return thread.getKey();
      }
    }
    for (int i = frames.length - 1; i > 0; i--) {
      for (Map.Entry<String, Pattern> frame : FRAMES.entrySet()) {
        if (frame.getValue().matcher(frames[i]).matches()) {
          return frame.getKey();
        }
      }
    }
    return "others";
  }
}
