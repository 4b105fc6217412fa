package io.millrace.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.stream.WireFormat;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import org.junit.jupiter.api.Test;

final class IntakeTest {
  private static SessionFixture greeted() {
    return SessionFixture.greeted(WireFormat.AVRO, "connections.max.idle.ms", "60000");
  }

  @Test
  void shouldNotBeReadWhileItsClientLeavesTooMuchUnread() {
    try (SessionFixture fixture = greeted()) {
      // given
      fixture.transport.overfull = true;

      // when
      fixture.send(new Ping(1L));
      boolean before = fixture.transport.reading;
      fixture.transport.overfull = false;
      fixture.session.onWritable();

      // then
      assertThat(before).isFalse();
      assertThat(fixture.transport.reading).isTrue();
      assertThat(fixture.transport.take()).containsExactly(new Pong(1L));
    }
  }

  @Test
  void shouldLetTheTransportsOwnAnswersCount() {
    try (SessionFixture fixture = greeted()) {
      // given
      fixture.transport.overfull = true;

      // when
      fixture.session.onTransportAnswered();

      // then
      assertThat(fixture.transport.reading).isFalse();
    }
  }

  @Test
  void shouldNeitherPingAClientThatDoesNotReadNorKeepItForEver() {
    try (SessionFixture fixture = greeted()) {
      // given
      fixture.transport.overfull = true;
      fixture.send(new Ping(1L));

      // when
      fixture.pass(59_000);
      int pings = fixture.transport.pings;
      CloseCode early = fixture.transport.closedWith;
      fixture.pass(2_000);

      // then
      assertThat(pings).isZero();
      assertThat(early).isNull();
      assertThat(fixture.transport.closedWith).isEqualTo(CloseCode.IDLE_TIMEOUT);
    }
  }

  @Test
  void shouldGiveAClientThatReadsAgainItsTimeToSpeak() {
    try (SessionFixture fixture = greeted()) {
      // given
      fixture.transport.overfull = true;
      fixture.send(new Ping(1L));
      fixture.pass(59_000);

      // when
      fixture.transport.overfull = false;
      fixture.session.onWritable();
      fixture.pass(59_000);

      // then
      assertThat(fixture.transport.closedWith).isNull();
    }
  }
}
