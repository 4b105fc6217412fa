package io.millrace.cli;

import io.millrace.cli.LineKey.KeyAndValue;
import io.millrace.client.BlockingProducer;
import io.millrace.client.ProducerRecord;
import io.millrace.client.ProducerSettings;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code produce}: sends lines as records. */
@Command(
    name = "produce",
    description = "Send the lines of a file, or of standard input, as records.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace produce flights --key-field origin flights.ndjson",
      "  echo 'ATL:delayed' | millrace produce notices --key-separator :"
    })
final class ProduceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;

  @Parameters(
      index = "0",
      paramLabel = "TOPIC",
      description = "Where to send; the topic must exist.")
  private String topic;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "A file of lines; standard input without it.")
  private @Nullable Path file;

  @Option(
      names = "--key-field",
      paramLabel = "NAME",
      description =
          "Lines are JSON objects; this field's text is the key, the whole line the value.")
  private @Nullable String keyField;

  @Option(
      names = "--key-separator",
      paramLabel = "TEXT",
      description = "The key is before the first of these, the value behind it.")
  private @Nullable String keySeparator;

  @Option(
      names = "--partition",
      paramLabel = "N",
      description = "Send to this partition, whatever the key.")
  private int partition = ProducerRecord.ANY_PARTITION;

  @Option(
      names = "--acks",
      paramLabel = "0|1|all",
      description = "When a record counts as sent (default: ${DEFAULT-VALUE}).",
      defaultValue = "all")
  private String acks;

  @Option(
      names = "--compression",
      paramLabel = "TYPE",
      description = "none, gzip, snappy, lz4 or zstd (default: ${DEFAULT-VALUE}).",
      defaultValue = "none")
  private String compression;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "How the summary is written: text or json (default: ${DEFAULT-VALUE}).",
      defaultValue = "text")
  private OutputForm output;

  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    LineKey lineKey = lineKey();
    Map<String, String> settings = settings();
    int maxLineBytes = ProducerSettings.of(settings).get(ProducerSettings.MAX_REQUEST_SIZE);
    AdminSession.requireBroker(settings);
    long started = System.nanoTime();
    long sentBytes;
    try (LineReader lines = new LineReader(input(), maxLineBytes);
        BlockingProducer producer = BlockingProducer.open(settings);
        Progress progress = Progress.of(topic, file)) {
      send(lines, lineKey, producer, progress);
      producer.flush();
      sentBytes = lines.bytesRead();
    }
    failIfAnyFailed();
    summarize(sentBytes, System.nanoTime() - started);
    return ExitCode.OK;
  }

  private LineKey lineKey() {
    if (keyField != null && keySeparator != null) {
      throw new ParameterException(
          spec.commandLine(), "--key-field and --key-separator exclude each other");
    }
    if (keySeparator != null && keySeparator.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--key-separator is empty");
    }
    if (keyField != null) {
      return new LineKey.JsonField(keyField);
    }
    return keySeparator == null ? new LineKey.None() : new LineKey.Separated(keySeparator);
  }

  private Map<String, String> settings() {
    Map<String, String> chosen =
        new LinkedHashMap<>(
            Map.of("acks", acks, "compression.type", compression, "linger.ms", "5"));
    if (!acks.equals("all") && !acks.equals("-1")) {
      chosen.put("enable.idempotence", "false");
    }
    return client.settings(chosen);
  }

  private InputStream input() throws IOException {
    if (file == null) {
      return System.in;
    }
    if (!Files.isRegularFile(file)) {
      throw new StreamException(ErrorCode.NOT_FOUND, "there is no file " + file);
    }
    return Files.newInputStream(file);
  }

  private void send(LineReader lines, LineKey lineKey, BlockingProducer producer, Progress progress)
      throws IOException, InterruptedException {
    byte[] line = lines.next();
    while (line != null && failure.get() == null) {
      KeyAndValue record = lineKey.split(line, lines.lineNumber());
      long lineNumber = lines.lineNumber();
      ProducerRecord sent =
          new ProducerRecord(
              topic, partition, ProducerRecord.NOW, record.key(), record.value(), List.of());
      // Its outcome, also a failure, is seen by acknowledge.
      var unused =
          producer.send(sent).whenComplete((metadata, cause) -> acknowledge(cause, lineNumber));
      progress.stepTo(lines.bytesRead());
      line = lines.next();
    }
  }

  private void acknowledge(@Nullable Throwable cause, long lineNumber) {
    if (cause == null) {
      acknowledged.incrementAndGet();
    } else if (cause instanceof StreamException known) {
      failure.compareAndSet(
          null,
          new StreamException(
              known.code(), "line " + lineNumber + ": " + known.getMessage(), known));
    } else {
      failure.compareAndSet(null, cause);
    }
  }

  private void failIfAnyFailed() {
    Throwable cause = failure.get();
    if (cause == null) {
      return;
    }
    String sent = acknowledged.get() + " records were acknowledged before";
    if (cause instanceof StreamException known) {
      throw new StreamException(known.code(), known.getMessage() + "; " + sent, known);
    }
    throw new IllegalStateException(cause.getMessage() + "; " + sent, cause);
  }

  private void summarize(long bytes, long nanos) {
    PrintWriter out = spec.commandLine().getOut();
    double seconds = nanos / 1e9;
    if (output == OutputForm.JSON) {
      out.println(
          new io.vertx.core.json.JsonObject()
              .put("topic", topic)
              .put("records", acknowledged.get())
              .put("bytes", bytes)
              .put("seconds", seconds)
              .encode());
    } else {
      out.printf(
          "%,d %s, %,d bytes, to '%s' in %.1f s%s%n",
          acknowledged.get(),
          acknowledged.get() == 1 ? "record" : "records",
          bytes,
          topic,
          seconds,
          acks.equals("0") ? " (not acknowledged: acks=0)" : ", all acknowledged");
    }
    out.flush();
  }

  /** A progress bar on a terminal, nothing elsewhere. */
  private record Progress(@Nullable ProgressBar bar) implements AutoCloseable {
    static Progress of(String topic, @Nullable Path file) throws IOException {
      return new Progress(
          file != null && isTerminal() ? new ProgressBar(topic, Files.size(file)) : null);
    }

    /**
     * Whether standard error, where the bar is drawn, is a terminal. Told by its name where the
     * system gives one (Linux).
     */
    private static boolean isTerminal() throws IOException {
      Path standardError = Path.of("/proc/self/fd/2");
      // Where the link leads is not looked at: for a pipe that is no path.
      return Files.isSymbolicLink(standardError)
          && Files.readSymbolicLink(standardError).toString().matches("/dev/(pts/|tty).*");
    }

    void stepTo(long bytes) {
      if (bar != null) {
        bar.stepTo(bytes);
      }
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
      }
    }
  }
}
