package io.millrace.partition;

import io.millrace.log.PartitionLog;
import io.millrace.log.PartitionLogContract;
import io.millrace.model.config.SettingValues;

/** The log that partitions are tested with does what the real one does. */
class InMemoryLogContractTest extends PartitionLogContract {
  @Override
  protected PartitionLog emptyLog(SettingValues settings) {
    return new InMemoryLog();
  }
}
