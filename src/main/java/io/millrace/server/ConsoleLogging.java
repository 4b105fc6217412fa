package io.millrace.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Logs to standard error, one line an event. Written as code because reading a configuration file
 * costs a tenth of the start-up time; a {@code logback.xml} named by {@code
 * -Dlogback.configurationFile} or a test's {@code logback-test.xml} takes over. {@code
 * MILLRACE_LOG_LEVEL} sets the level of our own lines (info, of the client's warn).
 */
public final class ConsoleLogging extends ContextAwareBase implements Configurator {
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5level [%thread] %logger{0} - %msg%n%ex{short}";
  private static final List<String> QUIET =
      List.of(
          "io.netty",
          "io.vertx",
          "io.micrometer",
          "org.apache.kafka",
          "org.apache.avro",
          "com.hazelcast",
          "io.microraft");

  /** These warn of what is meant to be so. */
  private static final List<String> SILENT = List.of("io.micrometer", "com.hazelcast.cp");

  /**
   * Warns with a stack trace of every try to connect to a node that is away; the bus says that once
   * with its cause, and when it is over. It is heard with the level debug.
   */
  private static final String TRIES = "io.vertx.core.eventbus.impl.clustered.ClusteredEventBus";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty("logback.configurationFile") != null
        || ConsoleLogging.class.getResource("/logback-test.xml") != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    configure(context, System.getenv("MILLRACE_LOG_LEVEL"));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /**
   * @param level null if none is asked for
   */
  static void configure(LoggerContext context, @Nullable String level) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(Level.toLevel(level, Level.INFO));
    if (level == null) {
      // A command says by itself how it ended, in one line.
      context.getLogger("io.millrace.client").setLevel(Level.WARN);
    }
    QUIET.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
    SILENT.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
    if (root.getLevel().isGreaterOrEqual(Level.INFO)) {
      context.getLogger(TRIES).setLevel(Level.ERROR);
    }
  }
}
