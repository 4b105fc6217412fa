package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.image.TopicImage;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.Gap;
import io.millrace.protocol.stream.message.Pause;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.Resume;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.specific.SpecificRecord;

/**
 * Whatever the order of records, credit, full sockets and pauses: every record comes once and in
 * order, and none comes without credit.
 */
final class RecordStreamPropertyTest {
  private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"x]+)x*\"");
  private static final Pattern USED =
      Pattern.compile("\"creditRecords\":\"(\\d+)\",\"creditBytes\":\"(\\d+)\"}$");
  private static final int PARTITIONS = 3;

  /** One stream, and what it was granted and sent. */
  private static final class Run implements AutoCloseable {
    final SessionFixture fixture;
    final TopicImage topic;
    final Random random;
    final boolean json;
    final int[] appended = new int[PARTITIONS];
    final List<List<String>> received = new ArrayList<>();
    long records;
    long bytes;
    boolean inBatch;

    Run(WireFormat format, long seed) {
      random = new Random(seed);
      json = format == WireFormat.JSON;
      fixture = SessionFixture.greeted(format, "stream.message.max.bytes", "4096");
      topic = fixture.broker.topic("t", PARTITIONS);
      for (int i = 0; i < PARTITIONS; i++) {
        received.add(new ArrayList<>());
      }
      fixture.send(SessionFixture.subscribe(1, "t", "earliest"));
      drain();
    }

    void step() {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> append(random.nextInt(PARTITIONS));
        case 3, 4 -> grant(random.nextInt(6), random.nextInt(6_000));
        case 5 -> fixture.transport.messagesUntilFull = 1 + random.nextInt(3);
        case 6 -> drainSocket();
        default ->
            fixture.send(random.nextBoolean() ? new Pause(1, List.of()) : new Resume(1, List.of()));
      }
      drain();
    }

    void append(int partition) {
      String[] values = new String[1 + random.nextInt(4)];
      for (int i = 0; i < values.length; i++) {
        int filler = random.nextInt(10) == 0 ? 5_000 : random.nextInt(50);
        values[i] = partition + ":" + appended[partition]++ + ":" + "x".repeat(filler);
      }
      fixture.broker.append(topic, partition, values);
    }

    void grant(long moreRecords, long moreBytes) {
      records += moreRecords;
      bytes += moreBytes;
      fixture.send(new Credit(1, moreRecords, moreBytes));
    }

    void drainSocket() {
      fixture.transport.messagesUntilFull = -1;
      fixture.transport.writable = true;
      fixture.session.onWritable();
    }

    void drain() {
      if (json) {
        fixture.transport.takeText().forEach(this::takeText);
      } else {
        takeAvro(fixture.transport.take());
      }
    }

    private void takeText(String text) {
      Matcher used = USED.matcher(text);
      if (used.find()) {
        use(Long.parseLong(used.group(1)), Long.parseLong(used.group(2)), false);
        Matcher values = VALUE.matcher(text);
        while (values.find()) {
          receive(values.group(1));
        }
      }
    }

    private final List<SpecificRecord> parts = new ArrayList<>();

    private void takeAvro(List<SpecificRecord> messages) {
      for (SpecificRecord message : messages) {
        assertThat(message).isNotInstanceOf(Gap.class);
        if (message instanceof Records part) {
          use(part.getCreditRecords(), part.getCreditBytes(), part.getMore());
          parts.add(part);
          if (!part.getMore()) {
            SessionFixture.values(parts).forEach(value -> receive(value.replaceAll("x+$", "")));
            parts.clear();
          }
        }
      }
    }

    private void use(long usedRecords, long usedBytes, boolean more) {
      if (!inBatch) {
        assertThat(records).as("credit in records").isPositive();
        assertThat(bytes).as("credit in bytes").isPositive();
      }
      inBatch = more;
      records -= usedRecords;
      bytes -= usedBytes;
    }

    private void receive(String value) {
      received.get(value.charAt(0) - '0').add(value);
    }

    void finish() {
      drainSocket();
      fixture.send(new Resume(1, List.of()));
      grant(1L << 40, 1L << 40);
      drain();
    }

    @Override
    public void close() {
      fixture.close();
    }
  }

  @Property(tries = 150)
  void shouldDeliverEverythingOnceInOrderAndWithinCredit(
      @ForAll long seed, @ForAll WireFormat format) {
    try (Run run = new Run(format, seed)) {
      // when
      for (int i = 0; i < 80; i++) {
        run.step();
      }
      run.finish();

      // then
      for (int partition = 0; partition < PARTITIONS; partition++) {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < run.appended[partition]; i++) {
          expected.add(partition + ":" + i + ":");
        }
        assertThat(run.received.get(partition)).isEqualTo(expected);
      }
    }
  }
}
