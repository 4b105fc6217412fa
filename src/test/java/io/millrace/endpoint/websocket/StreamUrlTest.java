package io.millrace.endpoint.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Subscribe;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamUrlTest {
  private static Subscribe from(String from) {
    return StreamUrl.subscribe("t", Map.of("from", List.of(from)), null, 3);
  }

  @Test
  void shouldBeginAtTheEndUnlessAsked() {
    // when
    Subscribe subscribe = StreamUrl.subscribe("t", Map.of(), null, 3);

    // then
    assertThat(subscribe.getTopics()).containsExactly("t");
    assertThat(subscribe.getStart()).isEqualTo("latest");
    assertThat(subscribe.getOnSlow()).isEqualTo("wait");
    assertThat(subscribe.getOnOutOfRange()).isEqualTo("earliest");
  }

  @Test
  void shouldSendMembersOfGroupsToAWholeSession() {
    assertThatThrownBy(() -> StreamUrl.subscribe("t", Map.of("group", List.of("delays")), null, 3))
        .isInstanceOf(StreamException.class)
        .hasMessageContaining("connect to /v1/stream")
        .extracting(thrown -> ((StreamException) thrown).code())
        .isEqualTo(ErrorCode.INVALID_REQUEST);
  }

  @Test
  void shouldUnderstandEveryBeginning() {
    assertThat(from("earliest").getStart()).isEqualTo("earliest");
    assertThat(from("timestamp:17").getTimestampMs()).isEqualTo(17);
    assertThat(from("resume:abc").getResumeToken()).isEqualTo("abc");
    assertThat(from("last:5").getLastRecords()).isEqualTo(5);
    assertThat(from("9").getOffsets())
        .extracting(offset -> offset.getPartition() + "@" + offset.getOffset())
        .containsExactly("0@9", "1@9", "2@9");
  }

  @Test
  void shouldBeginOnlyNamedPartitionsAtAnOffset() {
    // when
    Subscribe subscribe =
        StreamUrl.subscribe(
            "t", Map.of("from", List.of("9"), "partitions", List.of("2,0")), null, 3);

    // then
    assertThat(subscribe.getPartitions()).containsExactly(2, 0);
    assertThat(subscribe.getOffsets()).hasSize(2);
  }

  @Test
  void shouldPreferTheLastEventIdToTheUrl() {
    // when
    Subscribe subscribe = StreamUrl.subscribe("t", Map.of("from", List.of("earliest")), "token", 3);

    // then
    assertThat(subscribe.getStart()).isEqualTo("resume");
    assertThat(subscribe.getResumeToken()).isEqualTo("token");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "-1",
        "1.5",
        "last:",
        "last:-1",
        "timestamp:x",
        "9:9",
        "99999999999999999999"
      })
  void shouldRefuseBeginningsThatItDoesNotUnderstand(String from) {
    assertThatThrownBy(() -> from(from))
        .isInstanceOfSatisfying(
            StreamException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_START_OFFSET))
        .hasMessageContaining("expected earliest, latest");
  }

  @Test
  void shouldChooseTheFirstSubProtocolThatItSpeaks() {
    assertThat(SubProtocols.choose(List.of())).isEqualTo(WireFormat.JSON);
    assertThat(SubProtocols.choose(List.of("x, millrace.avro.v1, millrace.json.v1")))
        .isEqualTo(WireFormat.AVRO);
    assertThat(SubProtocols.choose(List.of("x", "millrace.json.v1"))).isEqualTo(WireFormat.JSON);
    assertThatThrownBy(() -> SubProtocols.choose(List.of("mqtt")))
        .hasMessageContaining("millrace.avro.v1 or millrace.json.v1");
  }
}
