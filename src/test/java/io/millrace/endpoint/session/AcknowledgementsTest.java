package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class AcknowledgementsTest {
  private static final TopicName TOPIC = new TopicName("t");
  private static final PartitionId P0 = new PartitionId(new TopicId(1, 1), 0);
  private static final PartitionId P1 = new PartitionId(new TopicId(1, 1), 1);

  private final Acknowledgements acknowledgements = new Acknowledgements(true);

  private void begin(PartitionId partition, long offset) {
    acknowledgements.begin(
        partition, new TopicPartition(TOPIC, partition.partition()), offset, offset, -1);
  }

  private Map<Integer, Long> uncommitted() {
    return acknowledgements.uncommitted(partition -> true).stream()
        .collect(
            Collectors.toMap(offset -> offset.partition().partition(), offset -> offset.offset()));
  }

  @Test
  void shouldTakeTheFirstCreditForTheWindow() {
    // given
    begin(P0, 0);
    acknowledgements.credited(10);

    // when
    acknowledgements.delivered(P0, 5, 0, 5);

    // then
    assertThat(uncommitted()).isEmpty();
    assertThat(acknowledgements.owes()).isTrue();
  }

  @Test
  void shouldAcknowledgeInTheOrderOfDelivery() {
    // given
    begin(P0, 0);
    begin(P1, 0);
    acknowledgements.credited(10);
    acknowledgements.delivered(P0, 5, 0, 5);
    acknowledgements.delivered(P1, 3, 0, 3);

    // when
    acknowledgements.credited(7);

    // then
    assertThat(uncommitted()).containsExactly(Map.entry(0, 5L));
    acknowledgements.credited(1);
    assertThat(uncommitted()).containsOnly(Map.entry(0, 5L), Map.entry(1, 3L));
    assertThat(acknowledgements.owes()).isFalse();
  }

  @Test
  void shouldNotTakeALargerWindowForAnAcknowledgement() {
    // given
    begin(P0, 0);
    acknowledgements.credited(10);
    acknowledgements.credited(90);

    // when
    acknowledgements.delivered(P0, 50, 0, 50);

    // then
    assertThat(uncommitted()).isEmpty();
  }

  @Test
  void shouldCountAGapOnceWhatIsBeforeItIsAcknowledged() {
    // given
    begin(P0, 0);
    acknowledgements.credited(10);
    acknowledgements.delivered(P0, 5, 0, 5);
    acknowledgements.delivered(P0, 9, 0, 0);

    // when
    List<?> before = acknowledgements.uncommitted(partition -> true);
    acknowledgements.credited(5);

    // then
    assertThat(before).isEmpty();
    assertThat(uncommitted()).containsExactly(Map.entry(0, 9L));
  }

  @Test
  void shouldForgetWhatWasDeliveredBeforeASeek() {
    // given
    begin(P0, 0);
    acknowledgements.credited(10);
    acknowledgements.delivered(P0, 5, 0, 5);
    acknowledgements.moved(P0, 2);

    // when
    acknowledgements.credited(5);

    // then
    assertThat(uncommitted()).containsExactly(Map.entry(0, 2L));
  }

  @Test
  void shouldKeepFewEntriesAndAcknowledgeTheYoungestTogether() {
    // given
    int many = 3 * Acknowledgements.MAX_ENTRIES;
    begin(P0, 0);
    acknowledgements.credited(many);
    for (int i = 1; i <= many; i++) {
      acknowledgements.delivered(P0, i, 0, 1);
    }

    // when
    acknowledgements.credited(many - 1);

    // then
    assertThat(uncommitted()).containsExactly(Map.entry(0, Acknowledgements.MAX_ENTRIES - 1L));
    acknowledgements.credited(1);
    assertThat(uncommitted()).containsExactly(Map.entry(0, (long) many));
  }

  @Test
  void shouldOweUntilTheNextSignIfOnlyCommitsCount() {
    // given
    Acknowledgements byCommit = new Acknowledgements(false);
    byCommit.begin(P0, new TopicPartition(TOPIC, 0), 0, 0, -1);

    // when
    byCommit.delivered(P0, 5, 0, 5);

    // then
    assertThat(byCommit.owes()).isTrue();
    byCommit.committed(P0, 5, true);
    assertThat(byCommit.owes()).isFalse();
  }
}
