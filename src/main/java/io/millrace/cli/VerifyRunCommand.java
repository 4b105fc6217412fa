package io.millrace.cli;

import io.millrace.checker.Checker;
import io.millrace.checker.HistoryReader;
import io.millrace.checker.HistoryWriter;
import io.millrace.model.TopicName;
import io.millrace.workload.Workload;
import io.millrace.workload.WorkloadPlan;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code verify run}: sends and reads for a while, then checks what it saw. */
@Command(
    name = "run",
    description =
        "Send unique values with several producers and read them with several consumers and a group, while you kill, cut or pause brokers; then check that nothing acknowledged was lost, doubled or moved. Ctrl-C ends the sending early; what was sent is checked all the same. Exit code 3 if a promise was broken.",
    sortOptions = false,
    footer = {
      "",
      "Example:  millrace verify run -b 127.0.0.1:7070,127.0.0.1:7071,127.0.0.1:7072 --seconds 60"
    })
final class VerifyRunCommand implements Callable<Integer> {
  private static final long STATUS_MS = 5_000;

  @Spec private CommandSpec spec;
  @Mixin private ClientOptions client;
  @Mixin private OutputOption output;
  @Mixin private WorkloadOptions workload;

  @Option(
      names = "--history",
      paramLabel = "FILE",
      description = "Where the history is kept (default: verify-<topic>.jsonl).")
  private @Nullable Path history;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, String> settings = client.settings(Map.of());
    settings.remove("client.id");
    TopicName topic = workload.topic();
    Path file = history == null ? Path.of("verify-" + topic.value() + ".jsonl") : history;
    try (EarlyEnd end = new EarlyEnd()) {
      record(file, workload.plan(topic, settings), end);
      spec.commandLine().getErr().println("history: " + file);
      return check(file);
    }
  }

  private void record(Path file, WorkloadPlan plan, EarlyEnd end)
      throws IOException, InterruptedException {
    Vertx vertx = CommandVertx.open();
    try (HistoryWriter writer = new HistoryWriter(Files.newBufferedWriter(file))) {
      AdminSession.await(run(vertx, new Workload(vertx, plan, writer, System::nanoTime), end));
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private Future<Void> run(Vertx vertx, Workload load, EarlyEnd end) {
    Promise<Void> done = Promise.promise();
    Context loop = vertx.getOrCreateContext();
    loop.runOnContext(
        nothing -> {
          vertx.setPeriodic(STATUS_MS, id -> spec.commandLine().getErr().println(load.progress()));
          load.run().onComplete(done);
        });
    end.wanted().thenRun(() -> loop.runOnContext(nothing -> load.sendNoMore()));
    return done.future();
  }

  private int check(Path file) throws IOException {
    Checker checker = new Checker();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      HistoryReader.read(lines, checker::accept);
    }
    return VerifyReport.print(checker.finish(), output.isJson(), spec.commandLine().getOut());
  }
}
