package io.millrace.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HotWindowTest {
  @Test
  void shouldRememberEveryRecentBatchAndFewerOfTheOlder() {
    // given
    HotWindow window = new HotWindow(1 << 20, 0);

    // when
    for (int i = 0; i < 1_000; i++) {
      window.appended(i * 10L, i * 100L, 100);
    }

    // then
    for (int i = 940; i < 1_000; i++) {
      assertThat(window.offsetAt(window.floor(i * 10L + 9))).isEqualTo(i * 10L);
    }
    int old = window.floor(5_000);
    assertThat(window.offsetAt(old)).isBetween(4_500L, 5_000L);
    assertThat(window.positionAt(old)).isEqualTo(window.offsetAt(old) * 10);
    assertThat(window.size()).isLessThan(200);
  }

  @Test
  void shouldBeBoundedByTheHotBytes() {
    // given
    HotWindow window = new HotWindow(100_000, 0);

    // when
    for (int i = 0; i < 100_000; i++) {
      window.appended(i, i * 5_000L, 5_000);
    }

    // then
    assertThat(window.size()).isLessThan(512);
    assertThat(window.hotFrom()).isEqualTo(100_000 * 5_000L - 100_000);
    assertThat(window.offsetAt(window.floor(99_980))).isEqualTo(99_980);
  }

  @Test
  void shouldFindThePlaceThatBothBoundsAllow() {
    // given
    HotWindow window = new HotWindow(1 << 20, 0);
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
    HotWindow window = new HotWindow(1 << 20, 0);
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
