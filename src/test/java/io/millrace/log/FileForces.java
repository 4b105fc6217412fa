package io.millrace.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Sees what the JDK really asks the machine to make durable, by its flight recorder. */
public final class FileForces implements Closeable {
  private static final String EVENT = "jdk.FileForce";

  private final Path target;
  private final Recording recording = new Recording();

  /**
   * Begins to look.
   *
   * @param target a file to keep the recording in
   */
  public FileForces(Path target) {
    this.target = target;
    recording.enable(EVENT).withoutThreshold().withoutStackTrace();
    recording.start();
  }

  /** The files and directories that were forced so far, in order; ends the recording. */
  public List<Path> forced() throws IOException {
    recording.stop();
    recording.dump(target);
    List<Path> paths = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(target)) {
      if (event.getEventType().getName().equals(EVENT)) {
        paths.add(Path.of(event.getString("path")));
      }
    }
    Files.delete(target);
    return paths;
  }

  @Override
  public void close() {
    recording.close();
  }
}
