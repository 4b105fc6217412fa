import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The flights, by a Kafka producer, read by one group of four kinds of members, each a process: Kafka's consumer of the KIP-848 protocol,
 * KafkaJS of the classic one, WebSocket and TCP; they join, leave and are killed, and so is the broker.
 *
 * <pre>MixedGroup quick|long ROOT SCRATCH KAFKAJS SEED</pre>
 *
 * Checked at the end: every flight was read, everything is committed, and no two members held a partition at a time or in one epoch. After
 * each death of the broker: no commit that was answered is gone.
 */
final class MixedGroup {
  private static final String TOPIC = "flights";
  private static final String GROUP = "mixed";
  private static final int PARTITIONS = 8;
  private static final long DEADLINE_SECONDS = 60;
  private static final List<String> KINDS = List.of("kafka", "classic", "websocket", "tcp");

  private final long begin = micros();
  private final Path root;
  private final Path scratch;
  private final Path kafkaJs;
  private final GroupHistory history = new GroupHistory();
  private final Map<String, ChildProcess> members = new LinkedHashMap<>();
  private final Map<String, Integer> started = new TreeMap<>();
  private final ConcurrentLinkedQueue<String> remarks = new ConcurrentLinkedQueue<>();
  private final int[] ports = new int[3]; // Kafka, TCP, HTTP.
  private ChildProcess broker;

  private final List<String> flights;
  private final AtomicInteger acknowledged = new AtomicInteger();
  private KafkaProducer<String, String> producer;
  private int sent;

  private MixedGroup(Path root, Path scratch, Path kafkaJs) throws IOException {
    this.root = root;
    this.scratch = scratch;
    this.kafkaJs = kafkaJs;
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(
        new GZIPInputStream(Files.newInputStream(root.resolve("data/flights.ndjson.gz"))), StandardCharsets.UTF_8))) {
      flights = lines.lines().toList();
    }
    for (int i = 0; i < ports.length; i++) {
      try (ServerSocket free = new ServerSocket(0)) {
        ports[i] = free.getLocalPort();
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    boolean quick = arguments[0].equals("quick");
    MixedGroup run = new MixedGroup(Path.of(arguments[1]), Path.of(arguments[2]), Path.of(arguments[3]));
    boolean passed = false;
    try {
      run.open();
      if (quick) {
        run.quick();
      } else {
        run.random(new Random(Long.parseLong(arguments[4])), Integer.getInteger("steps", 40));
      }
      passed = run.finish();
    } finally {
      Files.write(run.scratch.resolve("said.log"), run.remarks);
      run.close();
    }
    System.exit(passed ? 0 : 1);
  }

  private void open() throws Exception {
    startBroker();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1))).all().get();
    }
    producer = new KafkaProducer<>(
        Map.of("bootstrap.servers", bootstrap(), "acks", "all", "linger.ms", "5", "reconnect.backoff.max.ms", "200"),
        new StringSerializer(), new StringSerializer());
  }

  private void quick() throws Exception {
    KINDS.forEach(this::join);
    awaitShared();
    send(8, 1);
    awaitRead("with four members");
    kill(newest("kafka"));
    kill(newest("classic"));
    send(8, 2);
    join("kafka");
    join("classic");
    awaitShared();
    kill(newest("websocket"));
    join("websocket");
    send(8, 3);
    leave(newest("tcp"));
    join("tcp");
    awaitShared();
    send(8, 4);
    killBroker();
    send(8, 5);
    awaitShared();
    awaitRead("after the broker's death");
    leave(newest("classic"));
    send(8, 6);
    leave(newest("kafka"));
    send(8, 7);
    join("kafka");
    kill(newest("tcp"));
    send(8, 8);
  }

  private void random(Random random, int steps) throws Exception {
    KINDS.forEach(this::join);
    awaitShared();
    for (int step = 1; step <= steps; step++) {
      int what = random.nextInt(10);
      String kind = KINDS.get(random.nextInt(KINDS.size()));
      List<String> names = List.copyOf(members.keySet());
      if (what == 0) {
        killBroker();
      } else if (names.size() < 3 || what < 5 && names.size() < PARTITIONS) {
        join(kind);
      } else if (what < 8) {
        kill(names.get(random.nextInt(names.size())));
      } else {
        leave(names.get(random.nextInt(names.size())));
      }
      send(steps, step);
      if (random.nextBoolean()) {
        awaitShared();
      }
    }
    if (members.isEmpty()) {
      join("kafka");
    }
  }

  // ---- What happens

  private void startBroker() throws IOException, InterruptedException {
    CountDownLatch ready = new CountDownLatch(1);
    List<String> command = new ArrayList<>(List.of(root.resolve("scripts/millrace").toString(), "serve", "--data",
        scratch.resolve("data").toString()));
    for (String setting : List.of("kafka.port=" + ports[0], "tcp.port=" + ports[1], "http.port=" + ports[2],
        "group.consumer.session.timeout.ms=6000", "group.consumer.heartbeat.interval.ms=300",
        "group.initial.rebalance.delay.ms=0", "offsets.topic.num.partitions=8")) {
      command.addAll(List.of("--set", setting));
    }
    broker = new ChildProcess(command, line -> {
      remarks.add("broker: " + line);
      if (line.contains("ready: ")) {
        ready.countDown();
      }
    });
    require(ready.await(DEADLINE_SECONDS, TimeUnit.SECONDS), "the broker is ready in time");
  }

  private void killBroker() throws Exception {
    say("kill -9 of the broker");
    broker.kill();
    Map<Integer, Long> answered = history.acknowledged();
    startBroker();
    Map<Integer, Long> committed = committed();
    answered.forEach((partition, offset) -> require(committed.getOrDefault(partition, -1L) >= offset,
        "the commit of " + offset + " in partition " + partition + " was answered and survives; there are " + committed));
    say("the broker is back, " + answered.size() + " partitions have their commits");
  }

  private void join(String kind) {
    String name = kind + "-" + started.merge(kind, 1, Integer::sum);
    say(name + " joins");
    try {
      members.put(name, new ChildProcess(command(kind, name), line -> on(name, line)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> command(String kind, String name) {
    if (kind.equals("classic")) {
      return List.of("node", kafkaJs.resolve("kafkajs-member.cjs").toString(), bootstrap(), TOPIC, GROUP, name);
    }
    String main = Map.of("kafka", "KafkaMember", "websocket", "WebSocketMember", "tcp", "TcpMember").get(kind);
    String where = Map.of("kafka", bootstrap(), "websocket", "" + ports[2], "tcp", "" + ports[1]).get(kind);
    return List.of("java", "-Xmx64m", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
        System.getProperty("java.class.path"), main, where, TOPIC, GROUP, name);
  }

  /** Without a word: its process is killed, and with it its connections. */
  private void kill(String name) throws InterruptedException {
    say("kill -9 of " + name);
    long before = micros();
    members.remove(name).kill();
    history.letGoOfAll(name, before, false);
  }

  private void leave(String name) throws IOException, InterruptedException {
    say(name + " leaves");
    ChildProcess member = members.remove(name);
    member.endInput();
    require(member.awaitEnd(DEADLINE_SECONDS), name + " leaves in time");
    require(history.heldBy(name).isEmpty(), name + " has let go of what it held, " + history.heldBy(name));
  }

  private String newest(String kind) {
    return kind + "-" + started.get(kind);
  }

  /** Sends up to this part of the flights, a few at a time. */
  private void send(int parts, int part) {
    int end = (int) ((long) flights.size() * part / parts);
    while (sent < end) {
      String flight = flights.get(sent++);
      int origin = flight.indexOf("\"origin\":\"") + 10;
      producer.send(new ProducerRecord<>(TOPIC, flight.substring(origin, origin + 3), flight), (metadata, failure) -> {
        if (failure == null) {
          acknowledged.incrementAndGet();
        } else {
          remarks.add("producer: " + failure);
        }
      });
    }
  }

  // ---- What the members say

  private void on(String name, String line) {
    String[] words = line.split(" ", -1);
    if (words.length < 2 || !words[0].matches("\\d{16}")) {
      remarks.add(name + ": " + line);
      return;
    }
    long at = Long.parseLong(words[0]);
    switch (words[1]) {
      case "assigned" -> history.assigned(name, at, Integer.parseInt(words[2]), numbers(words[3]));
      case "epoch" -> history.epoch(name, Integer.parseInt(words[2]));
      case "revoked" -> history.letGo(name, at, numbers(words[2]), false);
      case "lost" -> history.letGo(name, at, numbers(words[2]), true);
      case "read" -> history.read(name, Integer.parseInt(words[2]), Long.parseLong(words[3]), Long.parseLong(words[4]));
      case "committed" -> Arrays.stream(words[2].split(",")).filter(position -> !position.isEmpty())
          .map(position -> position.split(":"))
          .forEach(position -> history.committed(Integer.parseInt(position[0]), Long.parseLong(position[1])));
      default -> { }
    }
    if (!words[1].equals("read") && !words[1].equals("committed")) {
      remarks.add(name + ": " + line);
    }
  }

  private static List<Integer> numbers(String list) {
    return Arrays.stream(list.split(",")).filter(number -> !number.isEmpty()).map(Integer::valueOf).toList();
  }

  // ---- What is waited for

  /** Every partition has an owner, and every member has one or two. */
  private void awaitShared() throws InterruptedException {
    await("every member has its share", () -> {
      int least = PARTITIONS / members.size();
      int most = (PARTITIONS + members.size() - 1) / members.size();
      int all = 0;
      for (String name : members.keySet()) {
        int mine = history.heldBy(name).size();
        if (mine < least || mine > most) {
          return false;
        }
        all += mine;
      }
      return all == PARTITIONS;
    });
    Map<String, Object> shares = new LinkedHashMap<>();
    members.keySet().forEach(name -> shares.put(name, history.heldBy(name)));
    say("shared: " + shares);
  }

  private void awaitRead(String when) throws Exception {
    producer.flush();
    require(acknowledged.get() == sent, acknowledged + " of " + sent + " flights were acknowledged");
    Map<Integer, Long> ends = ends();
    await("everything is read " + when, () -> ends.entrySet().stream()
        .allMatch(end -> history.readUpTo(end.getKey(), end.getValue()) == end.getValue()));
  }

  private boolean finish() throws Exception {
    awaitRead("at the end");
    awaitShared();
    Map<Integer, Long> ends = ends();
    Map<Integer, Long> committed = new TreeMap<>();
    await("everything is committed", () -> {
      committed.putAll(committed());
      return committed.equals(ends);
    });
    long flightsThere = ends.values().stream().mapToLong(Long::longValue).sum();
    List<String> violations = history.violations();
    violations.forEach(violation -> System.out.println("  VIOLATION " + violation));
    say(flightsThere + " flights, read by " + history.recordsRead() + "; " + history.summary() + "; " + violations.size() + " violations");
    return violations.isEmpty() && flightsThere == flights.size();
  }

  private Map<Integer, Long> ends() throws Exception {
    try (org.apache.kafka.clients.consumer.KafkaConsumer<String, String> reader = new org.apache.kafka.clients.consumer.KafkaConsumer<>(
        Map.of("bootstrap.servers", bootstrap()), new org.apache.kafka.common.serialization.StringDeserializer(),
        new org.apache.kafka.common.serialization.StringDeserializer())) {
      List<TopicPartition> all = reader.partitionsFor(TOPIC).stream()
          .map(partition -> new TopicPartition(TOPIC, partition.partition())).toList();
      Map<Integer, Long> ends = new TreeMap<>();
      reader.endOffsets(all).forEach((partition, end) -> ends.put(partition.partition(), end));
      return ends;
    }
  }

  private Map<Integer, Long> committed() {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
      Map<Integer, Long> committed = new TreeMap<>();
      Map<TopicPartition, OffsetAndMetadata> positions =
          admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      positions.forEach((partition, position) -> committed.put(partition.partition(), position.offset()));
      return committed;
    } catch (InterruptedException | java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException("the committed positions cannot be asked for", e);
    }
  }

  private void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (!condition.getAsBoolean()) {
      require(System.nanoTime() - deadline < 0, what);
      for (Map.Entry<String, ChildProcess> member : members.entrySet()) {
        require(member.getValue().isAlive(), member.getKey() + " lives");
      }
      history.await(200);
    }
  }

  private void require(boolean condition, String what) {
    if (!condition) {
      Map<String, Object> held = new LinkedHashMap<>();
      members.keySet().forEach(name -> held.put(name, history.heldBy(name)));
      throw new IllegalStateException("not so: " + what + "; held " + held + ", read " + history.recordsRead());
    }
  }

  private void close() throws InterruptedException {
    for (ChildProcess member : members.values()) {
      member.kill();
    }
    if (broker != null) {
      broker.kill();
    }
  }

  private String bootstrap() {
    return "127.0.0.1:" + ports[0];
  }

  private static long micros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  private void say(String text) {
    remarks.add("---- " + text);
    System.out.printf("%5.1f s  %s%n", (micros() - begin) / 1e6, text);
  }
}
