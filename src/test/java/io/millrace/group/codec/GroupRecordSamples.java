package io.millrace.group.codec;

import io.millrace.group.CommittedPosition;
import io.millrace.group.GroupRecord;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.TopicName;
import io.millrace.model.group.GroupRequest.ClientOrigin;
import io.millrace.model.group.GroupRequest.Protocol;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.TopicPartitions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Facts of every kind, with and without a value. */
final class GroupRecordSamples {
  static final TopicId TOPIC = new TopicId(-5, 77);
  private static final ClientOrigin ORIGIN = new ClientOrigin("app", "/127.0.0.1");
  private static final OpaqueBytes BYTES = OpaqueBytes.of(new byte[] {0, -1, 7});

  private GroupRecordSamples() {}

  static Stream<GroupRecord> all() {
    return Stream.concat(withValue(), tombstones());
  }

  static Stream<GroupRecord> withValue() {
    return Stream.of(
        new GroupRecord.OffsetCommitted(
            "g",
            new PartitionId(TOPIC, 3),
            new CommittedPosition(new TopicName("t"), 1L << 40, -1, "mine: ü", 17, 4)),
        new GroupRecord.ClassicGroupStored(
            "g",
            new GroupRecord.ClassicGroupValue(
                "consumer",
                7,
                "range",
                "m-1",
                99,
                "m-1 joined",
                List.of(
                    new GroupRecord.ClassicMemberValue(
                        "m-1", Optional.of("i"), ORIGIN, 1, 2, BYTES, OpaqueBytes.EMPTY),
                    new GroupRecord.ClassicMemberValue(
                        "m-2", Optional.empty(), ORIGIN, 1, 2, OpaqueBytes.EMPTY, BYTES)))),
        new GroupRecord.ClassicGroupStored(
            "g", new GroupRecord.ClassicGroupValue("connect", 8, null, null, 99, "", List.of())),
        new GroupRecord.ConsumerGroupEpoch("g", new GroupRecord.ConsumerGroupValue(4, 5, "why")),
        new GroupRecord.ConsumerMemberStored(
            "g",
            "m",
            new GroupRecord.ConsumerMemberValue(
                Optional.of("i"),
                Optional.empty(),
                ORIGIN,
                5,
                List.of("a", "b"),
                "x.*",
                "range",
                Optional.of(
                    new GroupRecord.ClassicPart(9, List.of(new Protocol("range", BYTES)))))),
        new GroupRecord.ConsumerMemberStored(
            "g",
            "m",
            new GroupRecord.ConsumerMemberValue(
                Optional.empty(),
                Optional.of("rack"),
                ORIGIN,
                5,
                List.of(),
                "",
                "",
                Optional.empty())),
        new GroupRecord.TargetAssignmentEpoch("g", 12),
        new GroupRecord.TargetAssignmentStored("g", "m", topics()),
        new GroupRecord.CurrentAssignmentStored(
            "g",
            "m",
            new GroupRecord.CurrentAssignmentValue(
                3, 2, GroupRecord.ReconciliationState.UNRELEASED_PARTITIONS, topics(), List.of())));
  }

  private static List<TopicPartitions> topics() {
    return List.of(new TopicPartitions(TOPIC, List.of(0, 2, 5)));
  }

  static Stream<GroupRecord> tombstones() {
    return Stream.of(
        new GroupRecord.OffsetCommitted("g", new PartitionId(TOPIC, 3), null),
        new GroupRecord.ClassicGroupStored("g", null),
        new GroupRecord.ConsumerGroupEpoch("g", null),
        new GroupRecord.ConsumerMemberStored("g", "m", null),
        new GroupRecord.TargetAssignmentEpoch("g", null),
        new GroupRecord.TargetAssignmentStored("g", "m", null),
        new GroupRecord.CurrentAssignmentStored("g", "m", null));
  }
}
