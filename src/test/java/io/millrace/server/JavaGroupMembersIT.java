package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.Admin;
import io.millrace.client.BlockingConsumer;
import io.millrace.client.Consumer;
import io.millrace.client.GroupDetails;
import io.millrace.client.GroupOffset;
import io.millrace.client.Producer;
import io.millrace.client.ProducerRecord;
import io.millrace.client.RebalanceListener;
import io.millrace.client.Subscription;
import io.millrace.endpoint.Listener;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.BrokerSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Consumers of the Java client in one group, on a whole broker. */
@Timeout(120)
final class JavaGroupMembersIT {
  private static final int PARTITIONS = 4;
  private static final long DEADLINE_S = 30;

  @TempDir Path data;
  private final GroupTally tally = new GroupTally();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final ConcurrentLinkedQueue<NetSocket> proxied = new ConcurrentLinkedQueue<>();
  private Vertx vertx;
  private Server server;
  private Admin admin;
  private Producer producer;
  private int produced;

  @BeforeEach
  void start() throws Exception {
    server =
        Server.open(
            BrokerSettings.of(
                Map.of(
                    "data.dir", data.toString(),
                    "tcp.port", "0",
                    "http.port", "0",
                    "kafka.port", "0",
                    "group.consumer.heartbeat.interval.ms", "100")));
    vertx = Vertx.vertx();
    admin = Admin.create(vertx, Map.of("bootstrap.servers", tcp()));
    producer = Producer.create(vertx, Map.of("bootstrap.servers", tcp()));
    await(admin.createTopic(new TopicName("t"), PARTITIONS, Map.of(), false));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    await(vertx.close());
    server.close();
  }

  private String tcp() {
    return "127.0.0.1:" + server.port(Listener.TCP);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(DEADLINE_S, TimeUnit.SECONDS);
  }

  private static Map<String, String> settings(String name, String address) {
    Map<String, String> settings = new HashMap<>();
    settings.put("bootstrap.servers", address);
    settings.put("client.id", name);
    settings.put("group.id", "g");
    settings.put("auto.offset.reset", "earliest");
    settings.put("auto.commit.interval.ms", "200");
    settings.put("reconnect.backoff.ms", "1");
    return settings;
  }

  private Consumer reactive(String name, String address) throws Exception {
    Consumer consumer = Consumer.create(vertx, settings(name, address));
    consumer.rebalanceListener(new Telling(name));
    consumer.exceptionHandler(failure -> tally.failed(name, failure.toString()));
    consumer.handler(record -> tally.read(name, record.valueText()));
    await(consumer.subscribe(Subscription.topics("t")));
    return consumer;
  }

  /** Tells the tally. */
  private final class Telling implements RebalanceListener {
    private final String name;

    private Telling(String name) {
      this.name = name;
    }

    @Override
    public void onAssigned(Map<TopicPartition, Long> positions) {
      tally.assigned(name, numbers(positions.keySet()));
    }

    @Override
    public Future<Void> onRevoked(Set<TopicPartition> partitions) {
      tally.gone(name, numbers(partitions));
      return Future.succeededFuture();
    }

    @Override
    public void onLost(Set<TopicPartition> partitions) {
      tally.gone(name, numbers(partitions));
    }
  }

  private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
  }

  /** A thread that polls, over WebSocket. */
  private final class Polling implements AutoCloseable {
    private final String name;
    private final BlockingConsumer consumer;
    private final Thread thread;
    private volatile boolean closed;

    private Polling(String name) {
      this.name = name;
      Map<String, String> settings = settings(name, "127.0.0.1:" + server.port(Listener.HTTP));
      settings.put("via", "websocket");
      settings.put("max.poll.records", "3");
      consumer = BlockingConsumer.open(settings);
      consumer.rebalanceListener(new Telling(name));
      thread = new Thread(this::run, name);
      thread.start();
    }

    private void run() {
      try (consumer) {
        consumer.subscribe(Subscription.topics("t"));
        while (!closed) {
          consumer.poll(Duration.ofSeconds(1)).forEach(r -> tally.read(name, r.valueText()));
        }
      } catch (InterruptedException | RuntimeException e) {
        tally.failed(name, e.toString());
      } finally {
        tally.ended(name);
      }
    }

    @Override
    public void close() {
      closed = true;
      consumer.wakeup();
      try {
        thread.join(TimeUnit.SECONDS.toMillis(DEADLINE_S));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private Set<String> produce(int perPartition) throws Exception {
    Set<String> values = new LinkedHashSet<>();
    List<Future<?>> sent = new ArrayList<>();
    for (int i = 0; i < perPartition * PARTITIONS; i++) {
      String value = "v" + produced++;
      values.add(value);
      sent.add(
          producer.send(ProducerRecord.ofText("t", null, value).withPartition(i % PARTITIONS)));
    }
    await(Future.all(sent));
    return values;
  }

  /** Whether the group has a position at the end of every partition. */
  private boolean isAllCommitted() {
    try {
      List<GroupOffset> offsets = await(admin.groupOffsets("g", List.of()));
      return offsets.size() == PARTITIONS
          && offsets.stream().allMatch(each -> each.lag() == 0)
          && offsets.stream().mapToLong(each -> each.committed().offset()).sum() == produced;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private List<GroupDetails.Member> members() {
    try {
      return await(admin.describeGroup("g")).members();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldShareATopicWithPollingAndKafkaConsumers() throws Exception {
    // given
    Consumer reactive = reactive("reactive", tcp());
    tally.await("reactive has all", () -> tally.owned("reactive") == PARTITIONS);
    Set<String> first = produce(10);
    Polling polling = new Polling("polling");
    open.add(polling);
    tally.await("two each", () -> tally.owned("reactive") == 2 && tally.owned("polling") == 2);
    KafkaMember kafka = new KafkaMember(server.port(Listener.KAFKA), "kafka", "g", tally);
    open.add(kafka);
    tally.await("kafka has one", () -> tally.owned("kafka") == 1);
    Set<String> second = produce(10);
    tally.await("all is read", () -> tally.hasRead(first) && tally.hasRead(second));
    tally.await("all is committed", this::isAllCommitted);

    // when
    kafka.close();
    await(reactive.close());
    tally.ended("reactive");
    Set<String> third = produce(10);

    // then
    tally.await("polling has all", () -> tally.owned("polling") == PARTITIONS);
    tally.await("all is read", () -> tally.hasRead(third));
    tally.await("all is committed", this::isAllCommitted);
    assertThat(tally.overlaps()).isEmpty();
    assertThat(tally.errors()).isEmpty();
  }

  @Test
  void shouldCommitAndLeaveWhenItIsClosed() throws Exception {
    // given
    Polling polling = new Polling("polling");
    Set<String> values = produce(5);
    tally.await("all is read", () -> tally.hasRead(values));

    // when
    polling.close();

    // then
    tally.await("it has left", () -> members().isEmpty());
    assertThat(isAllCommitted()).isTrue();
    await(admin.deleteGroup("g"));
    assertThat(await(admin.listGroups())).isEmpty();
    assertThat(tally.errors()).isEmpty();
  }

  @Test
  void shouldStayTheSameMemberWhenItsConnectionBreaks() throws Exception {
    // given
    NetServer proxy = vertx.createNetServer().connectHandler(this::relay);
    await(proxy.listen(0, "127.0.0.1"));
    Consumer consumer = reactive("reactive", "127.0.0.1:" + proxy.actualPort());
    Set<String> before = produce(10);
    tally.await("all is read", () -> tally.hasRead(before));
    tally.await("all is committed", this::isAllCommitted);
    String memberId = members().get(0).memberId();
    tally.forgetWhatWasRead();

    // when
    proxied.forEach(NetSocket::close);
    Set<String> after = produce(10);

    // then
    tally.await("what is new is read", () -> tally.hasRead(after));
    assertThat(members()).extracting(GroupDetails.Member::memberId).containsExactly(memberId);
    assertThat(tally.read("reactive")).isEqualTo(after.size());
    assertThat(tally.errors()).isEmpty();
    await(consumer.close());
  }

  private void relay(NetSocket client) {
    client.pause();
    proxied.add(client);
    vertx
        .createNetClient()
        .connect(server.port(Listener.TCP), "127.0.0.1")
        .onSuccess(
            broker -> {
              client.handler(broker::write);
              broker.handler(client::write);
              client.closeHandler(closed -> broker.close());
              broker.closeHandler(closed -> client.close());
              client.resume();
            })
        .onFailure(cause -> client.close());
  }
}
