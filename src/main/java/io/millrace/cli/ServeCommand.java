package io.millrace.cli;

import io.millrace.cli.ServerStarter.Running;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code serve}: runs a broker until it is told to stop. */
@Command(
    name = "serve",
    description = "Run a broker until SIGTERM or Ctrl-C.",
    sortOptions = false,
    addMethodSubcommands = false,
    footerHeading = "%nSettings, in order of precedence:%n",
    footer = {
      "  --set name=value, then the environment (tcp.port is MILLRACE_TCP_PORT), then --config, then the default.",
      "  conf/server.yaml lists every setting with its default.",
      "",
      "Example:  millrace serve --data /var/lib/millrace --set tcp.port=7071"
    })
final class ServeCommand implements Callable<Integer> {
  private final ServerStarter starter;

  @Spec private CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", description = "A YAML file of settings.")
  private @org.jspecify.annotations.Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where the logs are kept (setting data.dir).")
  private @org.jspecify.annotations.Nullable String data;

  @Option(
      names = "--bootstrap",
      description =
          "Found a new cluster if the data directory is empty, without asking the seeds (setting"
              + " cluster.bootstrap).")
  private boolean bootstrap;

  @Option(names = "--set", paramLabel = "NAME=VALUE", description = "A setting; may be repeated.")
  private List<String> settings = new ArrayList<>();

  ServeCommand(ServerStarter starter) {
    this.starter = starter;
  }

  @Override
  public Integer call() throws InterruptedException {
    List<String> flags = new ArrayList<>(settings);
    if (data != null) {
      flags.add("data.dir=" + data);
    }
    if (bootstrap) {
      flags.add("cluster.bootstrap=true");
    }
    Running running = starter.start(Optional.ofNullable(config), flags);
    spec.commandLine().getOut().println(running.readyLine());
    spec.commandLine().getOut().flush();
    return running.awaitStop();
  }
}
