package io.millrace.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.checker.HistoryEvent.ReadRecord;
import io.millrace.model.StreamException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CheckerTest {

  @ParameterizedTest
  @CsvSource({
    "DROPPED, GAP_IN_READING",
    "DROPPED_LAST, FINAL_READ_INCOMPLETE",
    "LOST, LOST_WRITE",
    "SWAPPED, ACKED_ELSEWHERE",
    "DOUBLED, VALUE_AT_TWO_OFFSETS",
    "DELIVERED_TWICE, STEP_BACK_IN_READING",
    "ALTERED, NEVER_SENT",
    "ACKED_ELSEWHERE, ACKED_ELSEWHERE",
    "REFUSED_AND_WRITTEN, FAILED_VALUE_SEEN",
    "STEP_BACK, STEP_BACK_IN_READING",
    "READER_STOPPED, READER_STOPPED",
    "SKIPPED, FINAL_READ_INCOMPLETE",
    "GROUP_SKIPPED, GROUP_SKIPPED",
    "COMMIT_BACK, COMMIT_WENT_BACK",
    "COMMIT_BEYOND_END, COMMIT_BEYOND_END",
    "REPLICA_DIFFERS, REPLICAS_DIFFER",
    "REPLICA_BEHIND, REPLICA_BEHIND",
    "REPLICA_HOLE, REPLICAS_DIFFER",
    "EPOCH_BACK, EPOCH_WENT_BACK",
    "NOT_READ, FINAL_READ_INCOMPLETE"
  })
  void shouldSayWhichRuleWasBroken(Mutation mutation, Rule rule) {
    // given
    List<HistoryEvent> history = new ArrayList<>(GoodHistory.of(42, 200));

    // when
    mutation.apply(history, new Random(42));

    // then
    assertThat(Checker.check(history).violations()).containsKey(rule);
  }

  @Test
  void shouldFindTwoValuesOfOneOffset() {
    // given
    List<HistoryEvent> history =
        ended(
            1,
            sent("a", 0),
            sent("b", 1),
            new HistoryEvent.Unknown(1, "a", "?"),
            new HistoryEvent.Unknown(1, "b", "?"),
            new HistoryEvent.Began(1, "r", "", 0, 0),
            new HistoryEvent.Polled(1, "r", 0, List.of(new ReadRecord(0, "a"))),
            finalRead("b"));

    // when
    CheckReport report = Checker.check(history);

    // then
    assertThat(report.violations())
        .containsOnlyKeys(Rule.TWO_VALUES_AT_ONE_OFFSET, Rule.LOST_WRITE);
  }

  @Test
  void shouldFindValuesOfAProducerOutOfOrder() {
    // given
    List<HistoryEvent> history =
        ended(
            2,
            sent("a", 0),
            sent("b", 1),
            new HistoryEvent.Unknown(1, "a", "?"),
            new HistoryEvent.Unknown(1, "b", "?"),
            finalRead("b", "a"));

    // when
    CheckReport report = Checker.check(history);

    // then
    assertThat(report.violations()).containsOnlyKeys(Rule.PRODUCER_ORDER);
  }

  @Test
  void shouldLetProducersThatAreNotIdempotentRepeatAndReorder() {
    // given
    List<HistoryEvent> history =
        ended(
            3,
            sent("a", 0),
            sent("b", 1),
            new HistoryEvent.Acked(1, "a", 0, 2),
            new HistoryEvent.Unknown(1, "b", "?"));
    history.set(0, new HistoryEvent.Run(0, 1, "t", 1, false));
    history.addAll(List.of(new HistoryEvent.Polled(1, "final", 0, reads("b", "b", "a"))));

    // when
    CheckReport report = Checker.check(history);

    // then
    assertThat(report.examples()).isEmpty();
  }

  @Test
  void shouldNotCallAHistoryWithoutAcknowledgementsClean() {
    // given
    List<HistoryEvent> history = ended(0, sent("a", 0), new HistoryEvent.Failed(1, "a", "?"));

    // when
    CheckReport report = Checker.check(history);

    // then
    assertThat(report.violations()).isEmpty();
    assertThat(report.isClean()).isFalse();
  }

  @Test
  void shouldMeasureTheLongestTimeWithoutAnAcknowledgement() {
    // given
    List<HistoryEvent> history =
        ended(
            3,
            sent("a", 0),
            new HistoryEvent.Acked(1_000, "a", 0, 0),
            sent("b", 1),
            new HistoryEvent.Acked(51_000, "b", 0, 1),
            new HistoryEvent.Sent(60_000, "p", 2, "c", 0),
            new HistoryEvent.Sent(151_000, "p", 3, "d", 0),
            new HistoryEvent.Acked(152_000, "c", 0, 2),
            finalRead("a", "b", "c"));

    // when
    CheckReport.AckGap gap = Checker.check(history).ackGap();

    // then
    assertThat(gap).isEqualTo(new CheckReport.AckGap(101_000, 0, 51_000, 101_000));
  }

  @Test
  void shouldSayWhichLineIsNotOfAHistory() {
    // given
    String text =
        "{\"event\":\"note\",\"atUs\":1,\"text\":\"x\",\"more\":2}\n\n{\"event\":\"acked\"}\n";

    // when, then
    assertThatThrownBy(
            () -> HistoryReader.read(new BufferedReader(new StringReader(text)), event -> {}))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("line 3")
        .hasMessageContaining("atUs is missing");
  }

  @ParameterizedTest
  @EnumSource
  void shouldBeDescribed(Rule rule) throws IOException {
    // when
    String page = Files.readString(Path.of("docs/reliability.md"));

    // then
    assertThat(page).contains("| `" + rule + "` | " + rule.sentence() + " |");
  }

  private static HistoryEvent sent(String value, long sequence) {
    return new HistoryEvent.Sent(0, "p", sequence, value, 0);
  }

  private static List<ReadRecord> reads(String... values) {
    List<ReadRecord> records = new ArrayList<>();
    for (String value : values) {
      records.add(new ReadRecord(records.size(), value));
    }
    return records;
  }

  private static HistoryEvent finalRead(String... values) {
    return new HistoryEvent.Polled(1, HistoryEvent.FINAL_READER, 0, reads(values));
  }

  private static List<HistoryEvent> ended(long endOffset, HistoryEvent... events) {
    List<HistoryEvent> history = new ArrayList<>();
    history.add(new HistoryEvent.Run(0, 1, "t", 1, true));
    history.add(new HistoryEvent.Began(0, HistoryEvent.FINAL_READER, "", 0, 0));
    history.addAll(Arrays.asList(events));
    history.add(new HistoryEvent.Ended(1, 0, 0, endOffset));
    return history;
  }
}
