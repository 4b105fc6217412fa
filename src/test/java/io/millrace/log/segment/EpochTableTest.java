package io.millrace.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.PartitionLog.EpochEnd;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EpochTableTest {
  private final EpochTable table = EpochTable.EMPTY.with(1, 0).with(4, 10).with(5, 20);

  @Test
  void shouldKnowTheEpochOfEveryOffset() {
    // when // then
    assertThat(table.latest()).isEqualTo(5);
    assertThat(table.at(0)).isEqualTo(1);
    assertThat(table.at(9)).isEqualTo(1);
    assertThat(table.at(10)).isEqualTo(4);
    assertThat(table.at(1_000)).isEqualTo(5);
    assertThat(table.startingAt(12).at(11)).isEqualTo(-1);
    assertThat(table.startingAt(12).at(12)).isEqualTo(4);
  }

  @Test
  void shouldKnowWhereEachEpochEnds() {
    // when // then
    assertThat(table.endOf(0, 30)).isEqualTo(new EpochEnd(-1, 0));
    assertThat(table.endOf(3, 30)).isEqualTo(new EpochEnd(1, 10));
    assertThat(table.endOf(4, 30)).isEqualTo(new EpochEnd(4, 20));
    assertThat(table.endOf(9, 30)).isEqualTo(new EpochEnd(5, 30));
  }

  @Test
  void shouldDropWhatIsTruncated() {
    // when // then
    assertThat(table.truncatedTo(20).latest()).isEqualTo(4);
    assertThat(table.truncatedTo(21).latest()).isEqualTo(5);
    assertThat(table.upToEpoch(4).latest()).isEqualTo(4);
    assertThat(table.truncatedTo(0)).isEqualTo(EpochTable.EMPTY);
  }

  @Test
  void shouldLetTheNextEpochTakeThePlaceOfOneWithoutRecords() {
    // when
    EpochTable next = table.startingAt(25).with(6, 25);

    // then
    assertThat(next).isEqualTo(EpochTable.EMPTY.with(6, 25));
  }

  @Test
  void shouldNeverGoBack() {
    // when // then
    assertThatThrownBy(() -> table.with(3, 40)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldComeBackFromItsFile() throws IOException {
    // when // then
    assertThat(EpochTable.parse(table.toFile())).isEqualTo(table);
  }
}
