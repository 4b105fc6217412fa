package io.millrace.verticle;

import io.millrace.log.LogTask;
import io.millrace.log.PartitionLog;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicPartition;
import io.millrace.model.config.SettingValues;
import io.millrace.partition.InMemoryLog;
import io.millrace.partition.PartitionLogs;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Logs without disks, that a test can hold up and break. */
final class InMemoryLogs implements PartitionLogs {
  final Map<PartitionId, InMemoryLog> logs = new ConcurrentHashMap<>();
  final Map<PartitionId, Progress> checkpoints = new ConcurrentHashMap<>();
  final Set<PartitionId> lacking = ConcurrentHashMap.newKeySet();
  volatile CountDownLatch openings = new CountDownLatch(0);
  volatile boolean failsToOpen;
  volatile UnaryOperator<PartitionLog> wrapper = UnaryOperator.identity();

  @Override
  public LogTask<OpenedLog> open(PartitionId id, TopicPartition name, SettingValues settings) {
    return () -> {
      if (failsToOpen) {
        throw new IOException("the segment is unreadable");
      }
      await(openings);
      InMemoryLog log = new InMemoryLog();
      logs.put(id, log);
      return new OpenedLog(wrapper.apply(log), 0);
    };
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new IOException("held up for too long");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public LogTask<?> delete(PartitionId id) {
    return () -> logs.remove(id);
  }

  @Override
  public LogTask<?> lacksCommitted(PartitionId id, boolean isSo) {
    return () -> isSo ? lacking.add(id) : lacking.remove(id);
  }

  @Override
  public LogTask<?> checkpoint(Map<PartitionId, Progress> changed) {
    return () -> {
      checkpoints.putAll(changed);
      return true;
    };
  }
}
