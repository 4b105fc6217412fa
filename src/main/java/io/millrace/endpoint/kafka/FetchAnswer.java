package io.millrace.endpoint.kafka;

import io.millrace.bus.FetchReply;
import io.millrace.bus.FetchRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.image.PartitionImage;
import io.millrace.protocol.kafka.SliceRecords;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * The answer to one fetch request, as it comes together.
 *
 * <p>Threading: its connection's event loop.
 */
final class FetchAnswer {
  private static final int CURRENT_LEADER_VERSION = 16;
  private static final long UNKNOWN_OFFSET = -1;

  private final KafkaCall call;
  private final boolean readCommitted;
  private final FetchResponseData response = new FetchResponseData();
  private final List<FetchRequest.Entry> entries = new ArrayList<>();
  private final List<PartitionData> expected = new ArrayList<>();
  private boolean errors;

  FetchAnswer(KafkaCall call, boolean readCommitted) {
    this.call = call;
    this.readCommitted = readCommitted;
  }

  FetchableTopicResponse topic(FetchableTopicResponse topic) {
    response.responses().add(topic);
    return topic;
  }

  /** What the partitions are to be asked. */
  List<FetchRequest.Entry> entries() {
    return entries;
  }

  /** Whether a partition was refused already. */
  boolean hasErrors() {
    return errors;
  }

  void expect(PartitionData slot, FetchRequest.Entry entry) {
    entries.add(entry);
    expected.add(slot);
  }

  void refuse(PartitionData slot, Errors error) {
    errors = true;
    slot.setErrorCode(error.code())
        .setHighWatermark(UNKNOWN_OFFSET)
        .setLastStableOffset(UNKNOWN_OFFSET)
        .setLogStartOffset(UNKNOWN_OFFSET)
        .setRecords(MemoryRecords.EMPTY);
  }

  /** What the partitions said, in the order of the entries; takes over the slices. */
  void fill(FetchReply reply) {
    for (int i = 0; i < expected.size(); i++) {
      FetchReply.Result result = reply.results().get(i);
      PartitionData slot = expected.get(i);
      BaseRecords records =
          result.slice().isPresent() ? new SliceRecords(result.slice().get()) : MemoryRecords.EMPTY;
      slot.setErrorCode(KafkaErrors.of(result.error()).code())
          .setHighWatermark(result.highWatermark())
          // Without transactions everything below the high watermark is decided.
          .setLastStableOffset(result.highWatermark())
          .setLogStartOffset(result.logStartOffset())
          .setRecords(records);
      if (result.error() == ErrorCode.NOT_LEADER_OR_FOLLOWER
          && call.version() >= CURRENT_LEADER_VERSION) {
        tellLeader(slot, entries.get(i).partition());
      }
      if (readCommitted && result.error() == ErrorCode.NONE) {
        slot.setAbortedTransactions(List.of());
      }
    }
    send();
  }

  /** Spares the client the question who leads (KIP-951). */
  private void tellLeader(PartitionData slot, PartitionId partition) {
    Brokers brokers = Brokers.of(call);
    PartitionImage known = brokers.ledElsewhere(partition).orElse(null);
    if (known == null) {
      return;
    }
    NodeId leader = known.leader().orElseThrow();
    slot.currentLeader().setLeaderId(leader.value()).setLeaderEpoch(known.leaderEpoch());
    if (response.nodeEndpoints().find(leader.value()) == null) {
      brokers
          .address(leader)
          .ifPresent(
              address ->
                  response
                      .nodeEndpoints()
                      .add(
                          new NodeEndpoint()
                              .setNodeId(leader.value())
                              .setHost(address.host())
                              .setPort(address.port())));
    }
  }

  void send() {
    call.answer(response);
  }
}
