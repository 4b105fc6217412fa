package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.endpoint.Listener;
import io.millrace.model.config.BrokerSettings;
import io.millrace.protocol.stream.message.CommittedPosition;
import io.millrace.protocol.stream.message.CreateTopic;
import io.millrace.protocol.stream.message.DescribeGroup;
import io.millrace.protocol.stream.message.FetchOffsets;
import io.millrace.protocol.stream.message.GroupDescribed;
import io.millrace.protocol.stream.message.OffsetsFetched;
import io.millrace.protocol.stream.message.PlainRecord;
import io.millrace.protocol.stream.message.ProduceRecords;
import io.millrace.protocol.stream.message.Produced;
import io.millrace.protocol.stream.message.TopicChanged;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One group of members over WebSocket and TCP, on a whole broker. */
@Timeout(120)
final class StreamGroupsIT {
  private static final int PARTITIONS = 4;

  @TempDir Path data;
  private final GroupTally tally = new GroupTally();
  private Server server;
  private AvroConnection admin;
  private final List<AutoCloseable> members = new ArrayList<>();
  private int produced;

  @BeforeEach
  void open() throws IOException {
    start();
    admin.ask(new CreateTopic(1L, "t", PARTITIONS, Map.of(), false), TopicChanged.class);
  }

  private void start() throws IOException {
    server =
        Server.open(
            BrokerSettings.of(
                Map.of(
                    "data.dir", data.toString(),
                    "tcp.port", "0",
                    "http.port", "0",
                    "kafka.port", "0",
                    "group.consumer.heartbeat.interval.ms", "100",
                    "group.consumer.session.timeout.ms", "6000")));
    admin = new AvroConnection(server.port(Listener.TCP), "admin");
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable member : members) {
      member.close();
    }
    admin.close();
    server.close();
  }

  private WebSocketMember webSocketMember(String name) {
    return keep(
        new WebSocketMember(
            server.port(Listener.HTTP), name, "g", tally, true, ",\"autoCommitIntervalMs\":200"));
  }

  private TcpMember tcpMember(String name) throws IOException {
    return keep(new TcpMember(server.port(Listener.TCP), name, "g", tally));
  }

  private <M extends AutoCloseable> M keep(M member) {
    members.add(member);
    return member;
  }

  /** Writes so many records to each partition; their values. */
  private Set<String> produce(int perPartition) throws IOException {
    Set<String> values = new LinkedHashSet<>();
    List<PlainRecord> records = new ArrayList<>();
    for (int i = 0; i < perPartition * PARTITIONS; i++) {
      String value = "v" + produced++;
      values.add(value);
      ByteBuffer bytes = ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8));
      records.add(new PlainRecord(null, bytes, List.of(), null, i % PARTITIONS));
    }
    admin.ask(new ProduceRecords(2L, "t", records, -1, 0), Produced.class);
    return values;
  }

  private long committed() {
    try {
      return admin
          .ask(new FetchOffsets(3L, "g", List.of()), OffsetsFetched.class)
          .getOffsets()
          .stream()
          .mapToLong(CommittedPosition::getOffset)
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldShareATopicAndTakeOverFromWhoIsGone() throws Exception {
    // given
    webSocketMember("web");
    tally.await("web has all", () -> tally.owned("web") == PARTITIONS);
    Set<String> first = produce(10);
    TcpMember tcp = tcpMember("tcp");
    tally.await("both have half", () -> tally.owned("web") == 2 && tally.owned("tcp") == 2);
    Set<String> second = produce(10);
    tally.await("all is read", () -> tally.hasRead(first) && tally.hasRead(second));
    assertThat(tally.read("tcp")).isPositive();

    // when: without a word
    tcp.close();
    Set<String> third = produce(10);

    // then
    tally.await("web has all again", () -> tally.owned("web") == PARTITIONS);
    tally.await("all is read", () -> tally.hasRead(third));
    tally.await("all is committed", () -> committed() == 30 * PARTITIONS);
    assertThat(tally.overlaps()).isEmpty();
    assertThat(tally.errors()).isEmpty();
  }

  @Test
  void shouldShareOneGroupWithAKafkaConsumer() throws Exception {
    // given
    webSocketMember("web");
    tally.await("web has all", () -> tally.owned("web") == PARTITIONS);
    Set<String> first = produce(10);
    TcpMember tcp = tcpMember("tcp");
    KafkaMember kafka = keep(new KafkaMember(server.port(Listener.KAFKA), "kafka", "g", tally));
    tally.await("each has some", () -> ownsSome("web") && ownsSome("tcp") && ownsSome("kafka"));
    Set<String> second = produce(10);
    tally.await("all is read", () -> tally.hasRead(first) && tally.hasRead(second));
    assertThat(List.of(tally.read("web"), tally.read("tcp"), tally.read("kafka")))
        .allMatch(read -> read > 0);

    // when
    tcp.close();
    Set<String> third = produce(10);
    tally.await("two have all", () -> tally.owned("web") == 2 && tally.owned("kafka") == 2);
    tally.await("all is read", () -> tally.hasRead(third));
    kafka.close();
    Set<String> fourth = produce(10);

    // then
    tally.await("web has all again", () -> tally.owned("web") == PARTITIONS);
    tally.await("all is read", () -> tally.hasRead(fourth));
    tally.await("all is committed", () -> committed() == 40 * PARTITIONS);
    assertThat(tally.overlaps()).isEmpty();
    assertThat(tally.errors()).isEmpty();
  }

  private boolean ownsSome(String member) {
    return tally.owned(member) > 0 && tally.owned(member) < PARTITIONS;
  }

  @Test
  void shouldKeepThePartitionsOfAMemberThatComesBack() throws Exception {
    // given
    tcpMember("tcp");
    WebSocketMember web = returning("web", 0);
    tally.await("both have half", () -> tally.owned("web") == 2 && tally.owned("tcp") == 2);
    Set<String> first = produce(5);
    tally.await("all is read", () -> tally.hasRead(first));

    // when
    web.close();
    int epochBefore = groupEpoch();
    returning("again", web.memberEpoch());

    // then
    tally.await("it has its half again", () -> tally.owned("again") == 2);
    Set<String> second = produce(5);
    tally.await("all is read", () -> tally.hasRead(second));
    assertThat(tally.read("again")).isPositive();
    assertThat(groupEpoch()).isEqualTo(epochBefore);
    assertThat(tally.owned("tcp")).isEqualTo(2);
    assertThat(tally.errors()).isEmpty();
  }

  private WebSocketMember returning(String name, int epoch) {
    return keep(
        new WebSocketMember(
            server.port(Listener.HTTP),
            name,
            "g",
            tally,
            true,
            ",\"memberId\":\"me\",\"memberEpoch\":" + epoch));
  }

  private int groupEpoch() throws IOException {
    return admin.ask(new DescribeGroup(4L, "g"), GroupDescribed.class).getEpoch();
  }

  @Test
  void shouldGoOnFromItsCommitsAfterARestart() throws Exception {
    // given
    Set<String> before = produce(5);
    WebSocketMember web = webSocketMember("web");
    tally.await("all is read", () -> tally.hasRead(before));
    tally.await("all is committed", () -> committed() == 5 * PARTITIONS);
    web.close();
    tally.forgetWhatWasRead();

    // when
    admin.close();
    server.close();
    start();
    Set<String> after = produce(5);

    // then
    tcpMember("tcp");
    tally.await("what is new is read", () -> tally.hasRead(after));
    assertThat(tally.read("tcp")).isEqualTo(after.size());
    assertThat(tally.errors()).isEmpty();
  }

  @Test
  void shouldPassOverAMemberThatHangs() throws Exception {
    // given
    Set<String> all = produce(10);
    keep(
        new WebSocketMember(
            server.port(Listener.HTTP),
            "hanging",
            "g",
            tally,
            false,
            ",\"maxPollIntervalMs\":1500"));
    tally.await("it has all", () -> tally.owned("hanging") == PARTITIONS);

    // when
    tcpMember("tcp");

    // then
    tally.await("it is passed over", () -> tally.errors().contains("hanging: MEMBER_TOO_SLOW"));
    tally.await("tcp has all", () -> tally.owned("tcp") == PARTITIONS);
    tally.await("tcp has read all", () -> tally.read("tcp") >= all.size());
    GroupDescribed group = admin.ask(new DescribeGroup(4L, "g"), GroupDescribed.class);
    assertThat(group.getMembers())
        .singleElement()
        .satisfies(member -> assertThat(member.getClientId()).isEqualTo("tcp"));
  }
}
