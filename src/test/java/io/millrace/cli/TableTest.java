package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class TableTest {
  @Test
  void shouldAlignTextLeftAndNumbersRight() {
    // given
    Table table = new Table("TOPIC", "PARTITIONS").row("a", 6).row("flights", 12);

    // when
    var lines = table.lines();

    // then
    assertThat(lines)
        .containsExactly("TOPIC    PARTITIONS", "a                 6", "flights          12");
  }

  @Test
  void shouldRefuseARowOfAnotherWidth() {
    // given
    Table table = new Table("TOPIC", "PARTITIONS");

    // when / then
    assertThatThrownBy(() -> table.row("a"))
        .hasMessageContaining("1 cells in a table of 2 columns");
  }
}
