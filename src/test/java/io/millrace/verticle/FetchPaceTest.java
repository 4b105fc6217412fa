package io.millrace.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FetchPaceTest {
  private static final int MOST = 128 * 1024;
  private static final long MS = 1_000_000;

  @Test
  void shouldAskForLessWhileRoundTripsAreSlow() {
    // given
    FetchPace pace = new FetchPace(MOST);

    // when
    for (int i = 0; i < 10; i++) {
      pace.onRoundTrip(21 * MS);
    }

    // then
    assertThat(pace.bytes()).isEqualTo(FetchPace.LEAST_BYTES);
  }

  @Test
  void shouldAskForMoreAgainWhenTheyAreQuick() {
    // given
    FetchPace pace = new FetchPace(MOST);
    pace.onRoundTrip(21 * MS);
    pace.onRoundTrip(15 * MS);
    assertThat(pace.bytes()).isEqualTo(MOST / 2);

    // when
    pace.onRoundTrip(MS);
    pace.onRoundTrip(MS);

    // then
    assertThat(pace.bytes()).isEqualTo(MOST);
  }
}
