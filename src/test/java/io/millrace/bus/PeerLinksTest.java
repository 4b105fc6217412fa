package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.ErrorCode;
import io.millrace.model.TimeSource;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is under way to a node is bounded, and the metadata log does not wait for records. */
class PeerLinksTest {
  private static final int MEBIBYTE = 1024 * 1024;
  private static final Peers PEERS =
      new Peers() {
        @Override
        public String selfKey() {
          return "1";
        }

        @Override
        public boolean hasRoute(String key) {
          return true;
        }
      };

  private final PeerLinks links = new PeerLinks(PEERS, MEBIBYTE, BusMeters.NONE, TimeSource.SYSTEM);

  @Test
  void shouldPassAMebibyteOfTheMetadataLogBehindRecordsAndASmallOne() {
    // given
    Map<Lane, Admission> lanes = links.inFlight("2");
    RaftMail largest = new RaftMail("2@dir", ByteBuffer.allocate(MEBIBYTE));

    // when
    assertThat(lanes.get(Lane.RECORDS).tryTake(MEBIBYTE)).isTrue();
    assertThat(lanes.get(Lane.METADATA_LOG).tryTake(1_000)).isTrue();

    // then
    assertThat(lanes.get(Lane.of(largest)).tryTake(largest.sizeBytes())).isTrue();
    assertThat(lanes.get(Lane.RECORDS).tryTake(1)).isFalse();
    assertThat(lanes.get(Lane.CONTROL).tryTake(1)).isTrue();
  }

  @Test
  void shouldBoundEachNodeByItself() {
    // when
    assertThat(links.inFlight("2").get(Lane.RECORDS).tryTake(MEBIBYTE)).isTrue();

    // then
    assertThat(links.inFlight("2").get(Lane.RECORDS).tryTake(1)).isFalse();
    assertThat(links.inFlight("3").get(Lane.RECORDS).tryTake(1)).isTrue();
  }

  @Test
  void shouldKeepAnswersOfTheControllerFromWaitingForRecords() {
    // given
    BusReply answer =
        new ControllerReply.Refused(1, ErrorCode.NOT_CONTROLLER, "not me", Optional.empty());
    BusReply records = new ShardReply.Woken(2);

    // then
    assertThat(Lane.of(new LoopMail(List.of(answer)))).isEqualTo(Lane.CONTROL);
    assertThat(Lane.of(new LoopMail(List.of(answer, records)))).isEqualTo(Lane.RECORDS);
    assertThat(Lane.of(new LoopMail(List.of()))).isEqualTo(Lane.RECORDS);
    assertThat(Set.of(Lane.of(answer), Lane.of(records)))
        .containsExactlyInAnyOrder(Lane.CONTROL, Lane.RECORDS);
  }
}
