package io.millrace.log.segment;

import io.millrace.log.PartitionLog;
import io.millrace.log.StoredLogContract;
import io.millrace.model.config.SettingValues;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SegmentedLogContractTest extends StoredLogContract {
  @TempDir Path directory;

  @Override
  protected PartitionLog emptyLog(SettingValues settings) {
    return Logs.at(directory.resolve("flights-3"), time).with(settings).open();
  }

  @Override
  protected PartitionLog anotherLog() {
    return Logs.at(directory.resolve("flights-4"), time).open();
  }
}
