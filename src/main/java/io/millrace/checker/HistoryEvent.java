package io.millrace.checker;

import java.util.List;

/**
 * One thing that a client did or saw, in the order in which it was heard of. A history is a file of
 * them, one JSON object a line, in UTF-8:
 *
 * <pre>
 * {"event":"run","atUs":0,"version":1,"topic":"t","partitions":6,"idempotent":true}
 * {"event":"sent","atUs":9,"producer":"p0","sequence":4,"value":"p0-4","partition":2}
 * {"event":"acked","atUs":12,"value":"p0-4","partition":2,"offset":77}
 * {"event":"failed","atUs":12,"value":"p0-5","error":"RECORD_TOO_LARGE"}
 * {"event":"unknown","atUs":12,"value":"p0-6","error":"UNKNOWN_OUTCOME"}
 * {"event":"began","atUs":20,"reader":"m1","group":"g","partition":2,"offset":60}
 * {"event":"polled","atUs":21,"reader":"m1","partition":2,"records":[[60,"p1-9"],[61,"p0-1"]]}
 * {"event":"gap","atUs":22,"reader":"m1","partition":2,"from":62,"to":64,"cause":"truncation"}
 * {"event":"committed","atUs":25,"reader":"m1","group":"g","partition":2,"offset":62}
 * {"event":"ended","atUs":90,"partition":2,"startOffset":0,"endOffset":78}
 * {"event":"replica","atUs":95,"node":"1","partition":2,"inSync":true,
 *    "batches":[[baseOffset,lastOffset,leaderEpoch,producerId,producerEpoch,sequence,sizeBytes,crc],...]}
 * {"event":"note","atUs":50,"text":"killed node 2"}
 * </pre>
 *
 * <p>{@code run} comes first. Names that a reader does not know are ignored, so that later versions
 * can say more. Offsets, sequences and times are numbers that fit 64 bits.
 */
public sealed interface HistoryEvent {
  /** Of the reader that reads everything from the start when all else is over. */
  String FINAL_READER = "final";

  /** Microseconds of a monotonic clock since the run began. */
  long atUs();

  /**
   * What is being tried.
   *
   * @param idempotent whether every producer is, so that no value may be there twice and each
   *     producer's order holds
   */
  record Run(long atUs, int version, String topic, int partitions, boolean idempotent)
      implements HistoryEvent {
    /** The version that this release writes and reads. */
    public static final int VERSION = 1;
  }

  /**
   * A value was given to a producer.
   *
   * @param sequence grows by any amount with each value of the producer
   * @param value unlike any other of the run
   * @param partition -1 if the producer chooses it
   */
  record Sent(long atUs, String producer, long sequence, String value, int partition)
      implements HistoryEvent {}

  /**
   * The broker has promised to keep it.
   *
   * @param offset -1 if the broker did not say where
   */
  record Acked(long atUs, String value, int partition, long offset) implements HistoryEvent {}

  /** It is certain that the value was not written. */
  record Failed(long atUs, String value, String error) implements HistoryEvent {}

  /** It may or may not be written: a timeout, a lost connection. */
  record Unknown(long atUs, String value, String error) implements HistoryEvent {}

  /**
   * A reader reads a partition from here on.
   *
   * @param group empty for a reader that is in none
   */
  record Began(long atUs, String reader, String group, int partition, long offset)
      implements HistoryEvent {}

  /** Records that a reader was given, in the order in which it was given them. */
  record Polled(long atUs, String reader, int partition, List<ReadRecord> records)
      implements HistoryEvent {
    public Polled {
      records = List.copyOf(records);
    }
  }

  /** The broker said that these offsets will not come. */
  record Gap(long atUs, String reader, int partition, long fromOffset, long toOffset, String cause)
      implements HistoryEvent {}

  /**
   * The broker confirmed the position of a group.
   *
   * @param reader who asked for it; {@link #FINAL_READER} if it was only looked up, at the end
   */
  record Committed(long atUs, String reader, String group, int partition, long offset)
      implements HistoryEvent {}

  /** What the final reader was told of a partition's bounds, and has read. */
  record Ended(long atUs, int partition, long startOffset, long endOffset)
      implements HistoryEvent {}

  /**
   * What a node has on disk.
   *
   * @param inSync whether the node must have everything that is committed
   */
  record Replica(long atUs, String node, int partition, boolean inSync, List<ReplicaBatch> batches)
      implements HistoryEvent {
    public Replica {
      batches = List.copyOf(batches);
    }
  }

  /** For people who read the history. */
  record Note(long atUs, String text) implements HistoryEvent {}

  /** A record that was read. */
  record ReadRecord(long offset, String value) {}

  /**
   * A batch on disk. Two with the same numbers are the same bytes: the CRC covers all that the
   * numbers do not.
   */
  record ReplicaBatch(
      long baseOffset,
      long lastOffset,
      int leaderEpoch,
      long producerId,
      int producerEpoch,
      int baseSequence,
      int sizeBytes,
      long crc) {}
}
