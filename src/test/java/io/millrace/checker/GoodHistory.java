package io.millrace.checker;

import io.millrace.checker.HistoryEvent.ReadRecord;
import io.millrace.checker.HistoryEvent.ReplicaBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes histories of a broker that keeps its promises: values acknowledged, refused or without an
 * answer; a reader that follows, a group whose members take turns, replicas, a final read.
 */
final class GoodHistory {
  static final int PARTITIONS = 3;
  private static final int PRODUCERS = 3;

  private final Random random;
  private final List<HistoryEvent> events = new ArrayList<>();
  private final List<List<String>> logs = new ArrayList<>();
  private final List<List<ReplicaBatch>> batches = new ArrayList<>();
  private final long[] sequences = new long[PRODUCERS];
  private final int[] followed = new int[PARTITIONS];
  private final int[] groupRead = new int[PARTITIONS];
  private final int[] groupCommitted = new int[PARTITIONS];
  private final int[] member = new int[PARTITIONS];
  private int epoch;
  private long atUs;

  private GoodHistory(long seed) {
    this.random = new Random(seed);
  }

  /** A history of so many steps; the same for the same seed. */
  static List<HistoryEvent> of(long seed, int steps) {
    GoodHistory history = new GoodHistory(seed);
    history.begin();
    for (int i = 0; i < steps; i++) {
      history.step();
    }
    history.end();
    return history.events;
  }

  private void begin() {
    add(new HistoryEvent.Run(atUs, 1, "t", PARTITIONS, true));
    for (int partition = 0; partition < PARTITIONS; partition++) {
      logs.add(new ArrayList<>());
      batches.add(new ArrayList<>());
      add(new HistoryEvent.Began(atUs, "r", "", partition, 0));
      add(new HistoryEvent.Began(atUs, "m0", "g", partition, 0));
    }
    for (int partition = 0; partition < PARTITIONS; partition++) {
      acked(partition);
      acked(partition);
    }
  }

  private void step() {
    atUs += random.nextInt(5_000);
    int partition = random.nextInt(PARTITIONS);
    switch (random.nextInt(12)) {
      case 0 -> {
        String value = send(partition);
        add(new HistoryEvent.Failed(atUs, value, "NOT_ENOUGH_REPLICAS"));
      }
      case 1 -> unknown(partition);
      case 2, 3 -> follow(partition);
      case 4, 5 -> groupPoll(partition);
      case 6 -> commit(partition);
      case 7 -> rebalance(partition);
      case 8 -> epoch++;
      default -> acked(partition);
    }
  }

  private String send(int partition) {
    int producer = random.nextInt(PRODUCERS);
    long sequence = sequences[producer]++;
    String value = "p" + producer + "-" + sequence;
    add(new HistoryEvent.Sent(atUs, "p" + producer, sequence, value, partition));
    return value;
  }

  private void acked(int partition) {
    String value = send(partition);
    add(new HistoryEvent.Acked(atUs, value, partition, append(partition, value)));
  }

  private void unknown(int partition) {
    String value = send(partition);
    if (random.nextBoolean()) {
      append(partition, value);
    }
    add(new HistoryEvent.Unknown(atUs, value, "UNKNOWN_OUTCOME"));
  }

  private long append(int partition, String value) {
    List<String> log = logs.get(partition);
    log.add(value);
    long offset = log.size() - 1;
    batches
        .get(partition)
        .add(new ReplicaBatch(offset, offset, epoch, 7, 0, 0, 70, value.hashCode()));
    return offset;
  }

  private void follow(int partition) {
    int until = logs.get(partition).size();
    add(new HistoryEvent.Polled(atUs, "r", partition, read(partition, followed[partition], until)));
    followed[partition] = until;
  }

  private void groupPoll(int partition) {
    int until = logs.get(partition).size();
    add(
        new HistoryEvent.Polled(
            atUs,
            "m" + member[partition],
            partition,
            read(partition, groupRead[partition], until)));
    groupRead[partition] = until;
  }

  private void commit(int partition) {
    groupCommitted[partition] = groupRead[partition];
    add(
        new HistoryEvent.Committed(
            atUs, "m" + member[partition], "g", partition, groupCommitted[partition]));
  }

  /** Another member goes on where the group is: what was not committed comes again. */
  private void rebalance(int partition) {
    member[partition]++;
    groupRead[partition] = groupCommitted[partition];
    add(
        new HistoryEvent.Began(
            atUs, "m" + member[partition], "g", partition, groupCommitted[partition]));
  }

  private List<ReadRecord> read(int partition, int from, int until) {
    List<ReadRecord> records = new ArrayList<>();
    for (int offset = from; offset < until; offset++) {
      records.add(new ReadRecord(offset, logs.get(partition).get(offset)));
    }
    return records;
  }

  private void end() {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      int size = logs.get(partition).size();
      follow(partition);
      groupPoll(partition);
      commit(partition);
      add(new HistoryEvent.Began(atUs, HistoryEvent.FINAL_READER, "", partition, 0));
      add(
          new HistoryEvent.Polled(
              atUs, HistoryEvent.FINAL_READER, partition, read(partition, 0, size)));
      add(new HistoryEvent.Ended(atUs, partition, 0, size));
      add(
          new HistoryEvent.Committed(
              atUs, HistoryEvent.FINAL_READER, "g", partition, groupCommitted[partition]));
      for (String node : List.of("1", "2", "3")) {
        add(new HistoryEvent.Replica(atUs, node, partition, true, batches.get(partition)));
      }
    }
  }

  private void add(HistoryEvent event) {
    events.add(event);
  }
}
