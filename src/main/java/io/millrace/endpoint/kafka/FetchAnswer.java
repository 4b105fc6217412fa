package io.millrace.endpoint.kafka;

import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import io.millrace.protocol.kafka.SliceRecords;
import io.millrace.record.RecordSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one fetch request, as it comes together: of every partition, or, further on in a
 * session, of those that have news.
 *
 * <p>Threading: its connection's event loop.
 */
final class FetchAnswer {
  private static final int CURRENT_LEADER_VERSION = 16;
  private static final long UNKNOWN_OFFSET = -1;

  private final KafkaCall call;
  private final boolean readCommitted;
  private final List<FetchedPartition> partitions;
  private final @Nullable FetchSession session;
  private final boolean onlyNews;
  private final FetchResponseData response = new FetchResponseData();
  private @Nullable FetchableTopicResponse last;

  private FetchAnswer(
      KafkaCall call,
      boolean readCommitted,
      List<FetchedPartition> partitions,
      @Nullable FetchSession session,
      boolean onlyNews) {
    this.call = call;
    this.readCommitted = readCommitted;
    this.partitions = partitions;
    this.session = session;
    this.onlyNews = onlyNews;
    if (session != null) {
      response.setSessionId(session.id());
    }
  }

  static FetchAnswer sessionless(
      KafkaCall call, boolean readCommitted, FetchScope.Sessionless scope) {
    return new FetchAnswer(call, readCommitted, scope.partitions(), null, false);
  }

  static FetchAnswer inSession(KafkaCall call, boolean readCommitted, FetchScope.InSession scope) {
    return new FetchAnswer(
        call, readCommitted, scope.partitions(), scope.session(), scope.isIncremental());
  }

  /** What the log is to be asked: about those partitions that are there. */
  List<FetchRequest.Entry> entries() {
    List<FetchRequest.Entry> entries = new ArrayList<>(partitions.size());
    for (FetchedPartition partition : partitions) {
      if (partition.refusal().isEmpty()) {
        entries.add(partition.entry());
      }
    }
    return entries;
  }

  /** Sends what the partitions said, in the order of the entries; takes over the slices. */
  void send(List<FetchReply.Result> results) {
    int next = 0;
    for (FetchedPartition partition : partitions) {
      if (partition.refusal().isPresent()) {
        refuse(slot(partition), partition.refusal().get());
        partition.toldError();
      } else {
        add(partition, results.get(next++));
      }
    }
    call.answer(response);
  }

  private void add(FetchedPartition partition, FetchReply.Result result) {
    if (onlyNews && !partition.hasNews(result)) {
      return;
    }
    fill(slot(partition), partition, result);
    partition.told(result);
    if (session != null && result.slice().isPresent()) {
      session.toEnd(partition);
    }
  }

  private PartitionData slot(FetchedPartition partition) {
    FetchedPartition.Key key = partition.key();
    FetchableTopicResponse topic = last;
    if (topic == null
        || !topic.topic().equals(key.topic())
        || !topic.topicId().equals(key.topicId())) {
      topic = new FetchableTopicResponse().setTopic(key.topic()).setTopicId(key.topicId());
      response.responses().add(topic);
      last = topic;
    }
    PartitionData slot = new PartitionData().setPartitionIndex(key.partition());
    topic.partitions().add(slot);
    return slot;
  }

  private static void refuse(PartitionData slot, Errors error) {
    slot.setErrorCode(error.code())
        .setHighWatermark(UNKNOWN_OFFSET)
        .setLastStableOffset(UNKNOWN_OFFSET)
        .setLogStartOffset(UNKNOWN_OFFSET)
        .setRecords(MemoryRecords.EMPTY);
  }

  private void fill(PartitionData slot, FetchedPartition asked, FetchReply.Result result) {
    BaseRecords records =
        result.slice().isPresent() ? new SliceRecords(result.slice().get()) : MemoryRecords.EMPTY;
    OptionalInt elsewhere = asked.readElsewhere(result);
    if (elsewhere.isPresent()) {
      result.slice().ifPresent(RecordSlice::release);
      records = MemoryRecords.EMPTY;
      slot.setPreferredReadReplica(elsewhere.getAsInt());
    }
    slot.setErrorCode(KafkaErrors.of(result.error()).code())
        .setHighWatermark(result.highWatermark())
        // Without transactions everything below the high watermark is decided.
        .setLastStableOffset(result.highWatermark())
        .setLogStartOffset(result.logStartOffset())
        .setRecords(records);
    if (result.error() == ErrorCode.NOT_LEADER_OR_FOLLOWER
        && call.version() >= CURRENT_LEADER_VERSION) {
      tellLeader(slot, asked.entry().partition());
    }
    if (readCommitted && result.error() == ErrorCode.NONE) {
      slot.setAbortedTransactions(List.of());
    }
  }

  /** Spares the client the question who leads (KIP-951). */
  private void tellLeader(PartitionData slot, PartitionId partition) {
    Brokers.of(call).ledElsewhere(partition).ifPresent(leader -> tellLeader(slot, leader));
  }

  private void tellLeader(PartitionData slot, Brokers.Leader leader) {
    slot.currentLeader().setLeaderId(leader.id()).setLeaderEpoch(leader.epoch());
    ClientAddress address = leader.address().orElse(null);
    if (address != null && response.nodeEndpoints().find(leader.id()) == null) {
      NodeEndpoint endpoint = new NodeEndpoint().setNodeId(leader.id());
      response.nodeEndpoints().add(endpoint.setHost(address.host()).setPort(address.port()));
    }
  }
}
