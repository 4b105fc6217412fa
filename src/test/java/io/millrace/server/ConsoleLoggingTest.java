package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConsoleLoggingTest {
  private static final String TRIES = "io.vertx.core.eventbus.impl.clustered.ClusteredEventBus";

  private final LoggerContext context = new LoggerContext();

  @AfterEach
  void stop() {
    context.stop();
  }

  private Level levelOf(String logger) {
    return context.getLogger(logger).getEffectiveLevel();
  }

  @Test
  void shouldLeaveItToTheBusToSayThatANodeIsAway() throws ClassNotFoundException {
    // when
    ConsoleLogging.configure(context, null);

    // then
    assertThat(levelOf(Class.forName(TRIES).getName())).isEqualTo(Level.ERROR);
    assertThat(levelOf("io.vertx.core.eventbus.impl.clustered.OutboundConnection"))
        .isEqualTo(Level.WARN);
    assertThat(levelOf("io.millrace.bus.PeerOutage")).isEqualTo(Level.INFO);
  }

  @Test
  void shouldTellEveryTryToWhomAsksForMore() {
    // when
    ConsoleLogging.configure(context, "debug");

    // then
    assertThat(levelOf(TRIES)).isEqualTo(Level.WARN);
    assertThat(levelOf("io.millrace.bus.PeerOutage")).isEqualTo(Level.DEBUG);
  }
}
