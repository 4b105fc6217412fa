package io.millrace.protocol.stream;

import io.millrace.protocol.stream.message.CommitPosition;
import io.millrace.protocol.stream.message.CommittedPosition;
import io.millrace.protocol.stream.message.GroupMember;
import io.millrace.protocol.stream.message.ListedGroup;
import io.millrace.protocol.stream.message.ListedOffset;
import io.millrace.protocol.stream.message.NodeDescription;
import io.millrace.protocol.stream.message.PartitionDescription;
import io.millrace.protocol.stream.message.PlainHeader;
import io.millrace.protocol.stream.message.PlainRecord;
import io.millrace.protocol.stream.message.Position;
import io.millrace.protocol.stream.message.ProducedRange;
import io.millrace.protocol.stream.message.StartOffset;
import io.millrace.protocol.stream.message.StreamPartition;
import io.millrace.protocol.stream.message.TopicDescription;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecordBase;

/** The records that stand inside messages. */
final class NestedRecords {
  private static final Map<String, Supplier<SpecificRecordBase>> CONSTRUCTORS =
      List.<Supplier<SpecificRecordBase>>of(
              CommitPosition::new,
              CommittedPosition::new,
              GroupMember::new,
              ListedGroup::new,
              ListedOffset::new,
              NodeDescription::new,
              PartitionDescription::new,
              PlainHeader::new,
              PlainRecord::new,
              Position::new,
              ProducedRange::new,
              StartOffset::new,
              StreamPartition::new,
              TopicDescription::new)
          .stream()
          .collect(
              Collectors.toMap(
                  constructor -> constructor.get().getSchema().getFullName(), Function.identity()));

  private NestedRecords() {}

  static IndexedRecord newRecord(Schema schema) {
    Supplier<SpecificRecordBase> constructor = CONSTRUCTORS.get(schema.getFullName());
    if (constructor == null) {
      throw new IllegalStateException("no class is known for " + schema.getFullName());
    }
    return constructor.get();
  }
}
