package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.millrace.log.ManualTime;
import java.net.ConnectException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class PeerOutageTest {
  private static final String LOST =
      "node cannot be reached, said once until it can: nodeId=2 cause=java.net.ConnectException:"
          + " refused";

  private final ManualTime time = new ManualTime();
  private final PeerOutage outage = new PeerOutage("2", time);
  private final Logger logger = (Logger) LoggerFactory.getLogger(PeerOutage.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  private List<String> said() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private void fail() {
    outage.onFailed(new ConnectException("refused"));
  }

  @Test
  void shouldSayOnceThatANodeIsLostAndOnceThatItIsBack() {
    // given
    for (int i = 0; i < 90; i++) {
      fail();
      time.advanceMs(100);
    }
    time.advanceMs(1_000);

    // when
    outage.onWritten();
    outage.onWritten();

    // then
    assertThat(said())
        .containsExactly(LOST, "node is reached again: nodeId=2 afterMs=10000 lostMessages=90");
    assertThat(lines.list.get(0).getLevel()).isEqualTo(Level.WARN);
    assertThat(lines.list.get(0).getThrowableProxy()).as("a stack trace").isNull();
  }

  @Test
  void shouldNotTakeAWriteIntoADyingConnectionForAReturn() {
    // given
    fail();

    // when
    time.advanceMs(999);
    outage.onWritten();
    fail();

    // then
    assertThat(said()).containsExactly(LOST);
  }

  @Test
  void shouldSayAnotherOutageToo() {
    // given
    fail();
    time.advanceMs(1_000);
    outage.onWritten();

    // when
    fail();

    // then
    assertThat(said())
        .containsExactly(LOST, "node is reached again: nodeId=2 afterMs=1000 lostMessages=1", LOST);
  }

  @Test
  void shouldSayNothingWhileAllIsWell() {
    // when
    outage.onWritten();

    // then
    assertThat(said()).isEmpty();
  }
}
