package io.millrace.metadata.file;

import io.millrace.metadata.MetadataLog;
import io.millrace.metadata.MetadataLogContract;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

class FileMetadataLogContractTest extends MetadataLogContract {
  private final Deque<Runnable> work = new ArrayDeque<>();
  private SimulatedDirectory directory = new SimulatedDirectory();

  @Override
  protected MetadataLog open() throws IOException {
    directory = directory.afterKill();
    return FileMetadataLog.open(directory, SETTINGS, work::add, work::add);
  }

  @Override
  protected void run() {
    while (!work.isEmpty()) {
      work.remove().run();
    }
  }
}
