package io.millrace.checker;

import java.util.HashMap;
import java.util.Map;

/**
 * The longest time without an acknowledgement, in any partition: between two of them, or from the
 * last one to the last send that stayed without. Assumes that something is sent all the time.
 */
final class AckTimes {
  private final Map<String, Integer> partitions = new HashMap<>();
  private final Map<Integer, Long> lastAckUs = new HashMap<>();
  private final Map<Integer, Long> lastSendUs = new HashMap<>();
  private long longestUs;
  private int longestPartition = -1;
  private long longestFromUs;
  private long anyLastUs = -1;
  private long anyLongestUs;

  void onSent(HistoryEvent.Sent sent) {
    if (sent.partition() >= 0) {
      partitions.put(sent.value(), sent.partition());
      lastSendUs.put(sent.partition(), sent.atUs());
    }
  }

  void onAcked(HistoryEvent.Acked acked) {
    partitions.remove(acked.value());
    gap(acked.partition(), acked.atUs());
    lastAckUs.put(acked.partition(), acked.atUs());
    if (anyLastUs >= 0) {
      anyLongestUs = Math.max(anyLongestUs, acked.atUs() - anyLastUs);
    }
    anyLastUs = acked.atUs();
  }

  private void gap(int partition, long untilUs) {
    Long from = lastAckUs.get(partition);
    if (from != null && untilUs - from > longestUs) {
      longestUs = untilUs - from;
      longestPartition = partition;
      longestFromUs = from;
    }
  }

  void finish() {
    lastSendUs.forEach(
        (partition, atUs) -> {
          if (partitions.containsValue(partition)) {
            gap(partition, atUs);
          }
        });
  }

  /** Of the worst partition. */
  long longestUs() {
    return longestUs;
  }

  int longestPartition() {
    return longestPartition;
  }

  long longestFromUs() {
    return longestFromUs;
  }

  /** Between any two acknowledgements, of whatever partition. */
  long anyLongestUs() {
    return anyLongestUs;
  }
}
