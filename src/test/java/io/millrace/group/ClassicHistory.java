package io.millrace.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.TopicPartition;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupRequest.Member;
import io.millrace.model.group.GroupRequest.OffsetCommit;
import io.millrace.model.group.GroupResponse.OffsetsCommitted;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** What members were told, and the promises that it must keep. */
final class ClassicHistory {
  /** A commit under way. */
  private record Commit(int partition, long offset) {}

  private final CoordinatorDriver driver;
  private final Map<String, String> owners = new HashMap<>();
  private final Map<Long, Commit> underWay = new HashMap<>();
  private final Map<Integer, Long> acknowledged = new HashMap<>();
  private long lastOffset;
  private int acknowledgedCount;

  ClassicHistory(CoordinatorDriver driver) {
    this.driver = driver;
  }

  /** SingleOwnerPerGeneration: nobody else was told that it owns the partition in it. */
  void owns(int generation, int partition, String owner) {
    String before = owners.putIfAbsent(generation + "/" + partition, owner);
    assertThat(before)
        .as("the owner of partition %d in generation %d", partition, generation)
        .isIn(null, owner);
  }

  /** Commits an offset higher than all before. */
  void commit(Member member, int generation, int partition) {
    long offset = ++lastOffset;
    long requestId =
        driver.send(
            new GroupRequest.CommitOffsets(
                "g",
                member,
                generation,
                List.of(
                    new OffsetCommit(
                        new TopicPartition(CoordinatorDriver.TOPIC, partition), offset, -1, ""))));
    underWay.put(requestId, new Commit(partition, offset));
  }

  void onCoordinatorLost() {
    takeAnswers();
    underWay.clear();
  }

  void takeAnswers() {
    for (Iterator<Map.Entry<Long, Commit>> entries = underWay.entrySet().iterator();
        entries.hasNext(); ) {
      Map.Entry<Long, Commit> entry = entries.next();
      if (driver.isAnswered(entry.getKey())) {
        OffsetsCommitted answer = driver.replyTo(entry.getKey());
        if (!answer.partitions().get(0).error().isError()) {
          acknowledged.merge(entry.getValue().partition(), entry.getValue().offset(), Math::max);
          acknowledgedCount++;
        }
        entries.remove();
      }
    }
  }

  /** CommittedNeverLost: what was acknowledged is there, or something newer. */
  void checkCommitted(Map<Integer, Long> committed) {
    acknowledged.forEach(
        (partition, offset) ->
            assertThat(committed.getOrDefault(partition, -1L))
                .as("the committed offset of partition %d", partition)
                .isGreaterThanOrEqualTo(offset));
  }

  int acknowledgedCount() {
    return acknowledgedCount;
  }

  int ownershipCount() {
    return owners.size();
  }
}
