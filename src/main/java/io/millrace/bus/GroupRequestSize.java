package io.millrace.bus;

import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.OpaqueBytes;
import io.millrace.model.group.TopicPartitions;
import java.util.List;

/** About how much memory a request to a coordinator holds, for its admission. */
final class GroupRequestSize {
  private static final long OBJECT_BYTES = 64;

  private GroupRequestSize() {}

  static long bytes(GroupRequest<?> request) {
    long size = OBJECT_BYTES + request.groupId().length();
    if (request instanceof GroupRequest.Join join) {
      for (GroupRequest.Protocol protocol : join.protocols()) {
        size += OBJECT_BYTES + protocol.name().length() + protocol.metadata().size();
      }
    } else if (request instanceof GroupRequest.Sync sync) {
      for (OpaqueBytes assignment : sync.assignments().values()) {
        size += 2 * OBJECT_BYTES + assignment.size();
      }
    } else if (request instanceof GroupRequest.Leave leave) {
      size += OBJECT_BYTES * leave.members().size();
    } else if (request instanceof GroupRequest.ConsumerHeartbeat heartbeat) {
      size += heartbeatBytes(heartbeat);
    } else if (request instanceof GroupRequest.CommitOffsets commit) {
      for (GroupRequest.OffsetCommit offset : commit.offsets()) {
        size += OBJECT_BYTES + offset.metadata().length();
      }
    } else if (request instanceof GroupRequest.FetchOffsets fetch) {
      size += OBJECT_BYTES * sizeOf(fetch.partitions());
    } else if (request instanceof GroupRequest.DeleteOffsets delete) {
      size += OBJECT_BYTES * delete.partitions().size();
    }
    return size;
  }

  private static long heartbeatBytes(GroupRequest.ConsumerHeartbeat heartbeat) {
    long size = OBJECT_BYTES * sizeOf(heartbeat.subscribedTopicNames());
    String regex = heartbeat.subscribedTopicRegex();
    size += regex == null ? 0 : regex.length();
    List<TopicPartitions> owned = heartbeat.ownedPartitions();
    if (owned != null) {
      for (TopicPartitions topic : owned) {
        size += OBJECT_BYTES + 8L * topic.partitions().size();
      }
    }
    return size;
  }

  private static int sizeOf(@org.jspecify.annotations.Nullable List<?> list) {
    return list == null ? 0 : list.size();
  }
}
