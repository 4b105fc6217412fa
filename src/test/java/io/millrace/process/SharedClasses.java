package io.millrace.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The jar's classes as a first run had them loaded, which later processes map instead of loading
 * them again: a third of the time that a command takes, and more than that of a node's start. Made
 * once by the JVM of the tests, which starts more than a hundred processes. See "Class Data
 * Sharing" in the JDK's page of the {@code java} command.
 */
final class SharedClasses {
  private static final long DEADLINE_SECONDS = 120;

  private SharedClasses() {}

  /** Arguments of a JVM that runs a command of the jar. */
  static List<String> ofCommands() {
    return Commands.ARGUMENTS;
  }

  /**
   * Arguments of a JVM that runs a node with these arguments: the archives that {@code
   * scripts/millrace} uses too.
   */
  static List<String> ofNode(List<String> arguments) {
    boolean clustered = arguments.stream().anyMatch(a -> a.startsWith("cluster.seeds="));
    return clustered ? Nodes.CLUSTERED : Nodes.ALONE;
  }

  /** On first use, as below. */
  private static final class Nodes {
    static final List<String> ALONE;
    static final List<String> CLUSTERED;

    static {
      makeByScript();
      ALONE = archive(".jsa");
      CLUSTERED = archive("-cluster.jsa");
    }
  }

  /** As in {@code scripts/millrace}: an archive that does not fit is ignored without a word. */
  private static List<String> archive(String ending) {
    Path jar = BrokerProcess.JAR;
    Path archive = jar.resolveSibling(jar.getFileName().toString().replaceFirst("\\.jar$", ending));
    return List.of(
        "-XX:SharedArchiveFile=" + archive,
        "-Xlog:cds=off",
        "-Xlog:cds+dynamic=off",
        "-Xlog:class+path=off");
  }

  private static void makeByScript() {
    Path jar = BrokerProcess.JAR;
    ProcessBuilder script = new ProcessBuilder("scripts/class-archive.sh", "--if-needed");
    script.environment().put("MILLRACE_JAR", jar.toString());
    try {
      Path printed = Files.createTempFile("millrace-class-archive", ".log");
      try {
        Process process = script.redirectErrorStream(true).redirectOutput(printed.toFile()).start();
        if (!process.waitFor(2 * DEADLINE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
          process.destroy();
          throw new IllegalStateException("no archive of classes: " + Files.readString(printed));
        }
      } finally {
        Files.delete(printed);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no archive of the classes of nodes", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while classes were archived", e);
    }
  }

  /** On first use, not before: not every run starts commands. */
  private static final class Commands {
    static final List<String> ARGUMENTS = made();
  }

  private static List<String> made() {
    try {
      File archive = File.createTempFile("millrace-commands", ".jsa");
      archive.deleteOnExit();
      Files.delete(archive.toPath());
      List<String> command = new ArrayList<>(jvm());
      command.add("-XX:ArchiveClassesAtExit=" + archive);
      command.addAll(List.of("-jar", BrokerProcess.JAR.toString()));
      // It finds nobody there, and has loaded all that a client needs by then.
      command.addAll(List.of("topic", "list", "--bootstrap-server", "127.0.0.1:1"));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS) || !archive.isFile()) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " made no archive of its classes");
      }
      return List.of("-XX:SharedArchiveFile=" + archive);
    } catch (IOException e) {
      throw new IllegalStateException("no archive of the classes of commands", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while classes were archived", e);
    }
  }

  /** What all processes of these tests are started with: an archive belongs to its collector. */
  static List<String> jvm() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1");
  }
}
