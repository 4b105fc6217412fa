package io.millrace.model.config;

import java.util.List;

/** Settings of the log on this node that are not a topic's: caches, checks, threads, producers. */
public final class LogSettings {
  public static final Setting<LogThreading> LOG_THREADING =
      Setting.choice(
          "log.threading",
          LogThreading.AUTO,
          "Where shards append: on event loops, on workers, or on workers only while a disk"
              + " stalls.");
  public static final Setting<Integer> LOG_THREADING_STALL_MS =
      Setting.integer(
          "log.threading.stall.ms",
          50,
          1,
          60_000,
          "A write is slow from here on; four times as long in slow writes, less than a second"
              + " apart, move their shard to a worker.");
  public static final Setting<Integer> LOG_THREADING_QUIET_MS =
      Setting.integer(
          "log.threading.quiet.ms",
          60_000,
          1,
          86_400_000,
          "After so long without a stall the shard moves back (log.threading=auto).");
  public static final Setting<Long> LOG_HOT_BYTES =
      Setting.longInteger(
          "log.hot.bytes",
          -1,
          -1,
          Long.MAX_VALUE,
          "Newest bytes that this process appended, of all partitions, sent without being read and"
              + " checked first; -1 for a quarter of the memory.");
  public static final Setting<Integer> LOG_READ_THREADS =
      Setting.integer(
          "log.read.threads", 4, 1, 256, "Threads that read and check what is not hot.");
  public static final Setting<Integer> LOG_READ_QUEUE_MAX =
      Setting.integer(
          "log.read.queue.max",
          10_000,
          1,
          Integer.MAX_VALUE,
          "Cold reads that may wait for a thread; more are answered THROTTLED.");
  public static final Setting<Integer> LOG_READ_STEP_BYTES =
      Setting.integer(
          "log.read.step.bytes",
          1_048_576,
          65_536,
          67_108_864,
          "What is not hot is read and checked in steps of at most this.");
  public static final Setting<Long> LOG_SCRUB_BYTES_PER_SECOND =
      Setting.longInteger(
          "log.scrub.bytes.per.second",
          4_194_304,
          0,
          Long.MAX_VALUE,
          "How fast old segments are read again and checked in the background; 0 for never.");
  public static final Setting<Long> LOG_RETENTION_CHECK_INTERVAL_MS =
      Setting.longInteger(
          "log.retention.check.interval.ms",
          300_000,
          1,
          Long.MAX_VALUE,
          "How often segments are looked at for retention.");
  public static final Setting<Long> LOG_CHECKPOINT_INTERVAL_MS =
      Setting.longInteger(
          "log.checkpoint.interval.ms",
          5_000,
          1,
          Long.MAX_VALUE,
          "How often recovery points and high watermarks of what was written are noted; only what"
              + " is below them is compacted.");
  public static final Setting<Long> PRODUCER_ID_EXPIRATION_MS =
      Setting.longInteger(
          "producer.id.expiration.ms",
          86_400_000,
          1,
          Long.MAX_VALUE,
          "A partition forgets a producer that wrote nothing for so long.");
  public static final Setting<Long> PRODUCER_ID_EXPIRATION_CHECK_INTERVAL_MS =
      Setting.longInteger(
          "producer.id.expiration.check.interval.ms",
          600_000,
          1,
          Long.MAX_VALUE,
          "How often a partition looks for producers to forget.");
  public static final Setting<Integer> MAX_PRODUCER_IDS_PER_PARTITION =
      Setting.integer(
          "max.producer.ids.per.partition",
          10_000,
          1,
          10_000_000,
          "Producers that a partition remembers; beyond it the one idle longest is forgotten.");
  public static final Setting<Integer> DECOMPRESSION_MAX_BYTES =
      Setting.integer(
          "decompression.max.bytes",
          67_108_864,
          1_024,
          Integer.MAX_VALUE,
          "Most bytes that one batch may decompress to, where its records are read.");
  public static final Setting<Integer> LOG_CLEANER_THREADS =
      Setting.integer(
          "log.cleaner.threads", 1, 1, 64, "Partitions that are compacted at the same time.");
  public static final Setting<Long> LOG_CLEANER_DEDUPE_BUFFER_SIZE =
      Setting.longInteger(
          "log.cleaner.dedupe.buffer.size",
          33_554_432,
          4_096,
          8L << 30,
          "Bytes for the keys that compaction knows at a time, in all threads: 32 a key; beyond it,"
              + " more passes.");
  public static final Setting<Long> LOG_CLEANER_BACKOFF_MS =
      Setting.longInteger(
          "log.cleaner.backoff.ms",
          15_000,
          1,
          Long.MAX_VALUE,
          "How often compaction looks for work when there was none and no checkpoint came since.");
  public static final Setting<Long> LOG_CLEANER_IO_MAX_BYTES_PER_SECOND =
      Setting.longInteger(
          "log.cleaner.io.max.bytes.per.second",
          Long.MAX_VALUE,
          1_024,
          Long.MAX_VALUE,
          "What each thread of compaction reads and writes at most.");

  static final List<Setting<?>> ALL =
      List.of(
          LOG_THREADING,
          LOG_THREADING_STALL_MS,
          LOG_THREADING_QUIET_MS,
          LOG_HOT_BYTES,
          LOG_READ_THREADS,
          LOG_READ_QUEUE_MAX,
          LOG_READ_STEP_BYTES,
          LOG_SCRUB_BYTES_PER_SECOND,
          LOG_RETENTION_CHECK_INTERVAL_MS,
          LOG_CHECKPOINT_INTERVAL_MS,
          PRODUCER_ID_EXPIRATION_MS,
          PRODUCER_ID_EXPIRATION_CHECK_INTERVAL_MS,
          MAX_PRODUCER_IDS_PER_PARTITION,
          DECOMPRESSION_MAX_BYTES,
          LOG_CLEANER_THREADS,
          LOG_CLEANER_DEDUPE_BUFFER_SIZE,
          LOG_CLEANER_BACKOFF_MS,
          LOG_CLEANER_IO_MAX_BYTES_PER_SECOND);

  private LogSettings() {}

  /** Which thread a shard runs on. */
  public enum LogThreading {
    AUTO,
    EVENT_LOOP,
    WORKER
  }
}
