package io.millrace.log.segment;

import io.millrace.log.PartitionLog;
import io.millrace.log.StoredLogContract;
import io.millrace.model.config.SettingValues;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Every read from the medium, every index entry used. */
class ColdSegmentedLogContractTest extends StoredLogContract {
  @TempDir Path directory;

  @Override
  protected PartitionLog emptyLog(SettingValues settings) {
    return Logs.at(directory.resolve("flights-3"), time)
        .with(settings)
        .with("index.interval.bytes", "0")
        .with(Logs.allCold())
        .open();
  }

  @Override
  protected PartitionLog anotherLog() {
    return Logs.at(directory.resolve("flights-4"), time)
        .with("index.interval.bytes", "0")
        .with(Logs.allCold())
        .open();
  }
}
