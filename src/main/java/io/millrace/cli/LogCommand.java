package io.millrace.cli;

import io.millrace.log.NioDisk;
import io.millrace.log.inspect.Entry;
import io.millrace.log.inspect.LogInspector;
import io.millrace.log.inspect.Verdict;
import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code log}: looks at the files of a log, without a broker. */
@Command(
    name = "log",
    description = "Look at the files of a log: log dump, log verify.",
    synopsisSubcommandLabel = "COMMAND")
final class LogCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "log needs a command: dump or verify");
  }

  @Command(
      name = "dump",
      description =
          "Show what is in a .log, an index, a checkpoint file, a partition's directory or a data directory.",
      sortOptions = false)
  int dump(
      @Parameters(paramLabel = "PATH", description = "A file or a directory.") Path path,
      @Option(names = "--records", description = "Also the records inside the batches.")
          boolean withRecords)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    boolean[] damaged = {false};
    looking(
        path,
        () ->
            new LogInspector(new NioDisk(), withRecords)
                .inspect(
                    path,
                    entry -> {
                      damaged[0] |= entry instanceof Entry.Damage;
                      out.println(entry);
                    }));
    out.flush();
    return damaged[0] ? ExitCode.DAMAGED : ExitCode.OK;
  }

  @Command(
      name = "verify",
      description =
          "Check every CRC, offset and index below a path; exit code 3 if anything is damaged.",
      sortOptions = false)
  int verify(
      @Parameters(paramLabel = "PATH", description = "A file or a directory.") Path path,
      @Mixin OutputOption output)
      throws IOException {
    Verdict[] found = new Verdict[1];
    looking(path, () -> found[0] = Verdict.of(new NioDisk(), path));
    Verdict verdict = found[0];
    PrintWriter out = spec.commandLine().getOut();
    if (output.isJson()) {
      out.println(json(verdict).encode());
    } else {
      verdict.damage().forEach(out::println);
      out.printf(
          "%,d files, %,d batches, %,d records, %,d bytes: %s%n",
          verdict.files(),
          verdict.batches(),
          verdict.records(),
          verdict.sizeBytes(),
          verdict.damage().isEmpty() ? "all good" : verdict.damage().size() + " damaged places");
    }
    out.flush();
    return verdict.damage().isEmpty() ? ExitCode.OK : ExitCode.DAMAGED;
  }

  private static JsonObject json(Verdict verdict) {
    return new JsonObject()
        .put("files", verdict.files())
        .put("batches", verdict.batches())
        .put("records", verdict.records())
        .put("bytes", verdict.sizeBytes())
        .put("damage", new JsonArray(verdict.damage().stream().map(Object::toString).toList()));
  }

  private interface Look {
    void look() throws IOException;
  }

  private static void looking(Path path, Look look) throws IOException {
    try {
      look.look();
    } catch (NoSuchFileException e) {
      throw new StreamException(ErrorCode.NOT_FOUND, "there is nothing at " + path, e);
    } catch (IOException e) {
      throw new StreamException(
          ErrorCode.STORAGE_ERROR, path + " cannot be read: " + e.getMessage(), e);
    }
  }
}
