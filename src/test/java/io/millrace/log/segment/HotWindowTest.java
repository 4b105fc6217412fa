package io.millrace.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HotWindowTest {
  @Test
  void shouldRememberEveryRecentBatchAndFewerOfTheOlder() {
    // given
    HotWindow window = new HotWindow(new HotMemory(1 << 20), 0);

    // when
    for (int i = 0; i < 1_000; i++) {
      window.appended(i * 10L, i * 1_000L, 1_000);
    }

    // then
    for (int i = 940; i < 1_000; i++) {
      assertThat(window.offsetAt(window.floor(i * 10L + 9))).isEqualTo(i * 10L);
    }
    int old = window.floor(5_000);
    assertThat(window.offsetAt(old)).isBetween(4_500L, 5_000L);
    assertThat(window.positionAt(old)).isEqualTo(window.offsetAt(old) * 100);
    assertThat(window.size()).isLessThan(200);
  }

  @Test
  void shouldBeBoundedByTheHotBytes() {
    // given
    HotWindow window = new HotWindow(new HotMemory(100_000), 0);

    // when
    for (int i = 0; i < 100_000; i++) {
      window.appended(i, i * 5_000L, 5_000);
    }

    // then
    assertThat(window.size()).isLessThan(512);
    long end = 100_000 * 5_000L;
    assertThat(window.isHot(end - 100_000)).isTrue();
    assertThat(window.isHot(end - 100_001)).isFalse();
    assertThat(window.offsetAt(window.floor(99_980))).isEqualTo(99_980);
  }

  @Test
  void shouldCountWhatOtherLogsOfTheNodeAppend() {
    // given
    HotMemory memory = new HotMemory(10_000);
    HotWindow window = new HotWindow(memory, 0);
    HotWindow other = new HotWindow(memory, 0);
    window.appended(0, 0, 1_000);

    // when
    other.appended(0, 0, 9_000);
    boolean hotWhileItFits = window.isHot(0);
    other.appended(10, 9_000, 1_001);

    // then
    assertThat(hotWhileItFits).isTrue();
    assertThat(window.isHot(0)).isFalse();
    assertThat(other.isHot(0)).isFalse();
    assertThat(other.isHot(9_000)).isTrue();
  }

  @Test
  void shouldFindThePlaceThatBothBoundsAllow() {
    // given
    HotWindow window = new HotWindow(new HotMemory(1 << 20), 0);
    for (int i = 0; i < 20; i++) {
      window.appended(i * 10L, i * 100L, 100);
    }

    // when // then
    assertThat(window.offsetAt(window.floor(75, 10_000))).isEqualTo(70);
    assertThat(window.offsetAt(window.floor(1_000, 450))).isEqualTo(40);
    assertThat(window.floor(-1)).isEqualTo(-1);
  }

  @Test
  void shouldForgetWhatIsTruncated() {
    // given
    HotWindow window = new HotWindow(new HotMemory(1 << 20), 0);
    for (int i = 0; i < 20; i++) {
      window.appended(i * 10L, i * 100L, 100);
    }

    // when
    window.truncateTo(50, 500);

    // then
    assertThat(window.offsetAt(window.floor(1_000))).isEqualTo(40);
    window.appended(50, 500, 10);
    assertThat(window.offsetAt(window.floor(1_000))).isEqualTo(50);
    assertThatThrownBy(() -> window.appended(55, 505, 10))
        .isInstanceOf(IllegalStateException.class);
  }
}
