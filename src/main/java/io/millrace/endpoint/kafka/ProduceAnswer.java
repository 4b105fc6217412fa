package io.millrace.endpoint.kafka;

import io.millrace.bus.OwnedBuffer;
import io.millrace.bus.ProduceReply;
import io.millrace.bus.ProduceRequest;
import io.millrace.model.ErrorCode;
import io.millrace.model.PartitionId;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;

/**
 * The answer to one produce request, as it comes together.
 *
 * <p>Threading: its connection's event loop.
 */
final class ProduceAnswer {
  private static final int CURRENT_LEADER_VERSION = 10;
  private static final long NO_OFFSET = -1;
  private static final long NO_TIMESTAMP = -1;

  private final KafkaCall call;
  private final boolean silent;
  private final ProduceResponseData response = new ProduceResponseData();
  private final List<ProduceRequest.Entry> entries = new ArrayList<>(1);
  private final List<PartitionProduceResponse> expected = new ArrayList<>(1);
  private String failure = "";

  /**
   * @param silent whether the client wants no answer
   */
  ProduceAnswer(KafkaCall call, boolean silent) {
    this.call = call;
    this.silent = silent;
  }

  TopicProduceResponse topic(TopicProduceResponse topic) {
    response.responses().mustAdd(topic.setPartitionResponses(new ArrayList<>(1)));
    return topic;
  }

  /** What the partitions are to be asked. */
  List<ProduceRequest.Entry> entries() {
    return entries;
  }

  /** A batch that is to be appended; a partition takes one of a request. */
  void expect(PartitionProduceResponse slot, PartitionId partition, OwnedBuffer batch) {
    for (ProduceRequest.Entry entry : entries) {
      if (entry.partition().equals(partition)) {
        batch.cancel();
        refuse(slot, Errors.INVALID_REQUEST, "the request names the partition twice");
        return;
      }
    }
    entries.add(new ProduceRequest.Entry(partition, batch));
    expected.add(slot);
  }

  void refuse(PartitionProduceResponse slot, Errors error, String reason) {
    failure = error + ": " + reason;
    slot.setErrorCode(error.code())
        .setErrorMessage(reason)
        .setBaseOffset(NO_OFFSET)
        .setLogAppendTimeMs(NO_TIMESTAMP)
        .setLogStartOffset(NO_OFFSET);
  }

  /**
   * What the partitions said, in the order of the entries.
   *
   * @param isLate whether the client's time is over
   */
  void fill(ProduceReply reply, boolean isLate) {
    for (int i = 0; i < expected.size(); i++) {
      ProduceReply.Result result = reply.results().get(i);
      PartitionProduceResponse slot = expected.get(i);
      if (result.error() == ErrorCode.NONE) {
        slot.setBaseOffset(result.baseOffset())
            .setLogAppendTimeMs(result.logAppendTimeMs())
            .setLogStartOffset(result.logStartOffset());
      } else {
        Errors error = KafkaErrors.ofProduce(result.error(), isLate);
        refuse(slot, error, result.reason());
        if (error == Errors.NOT_LEADER_OR_FOLLOWER && call.version() >= CURRENT_LEADER_VERSION) {
          tellLeader(slot, entries.get(i).partition());
        }
      }
    }
    send();
  }

  /** Spares the client the question who leads (KIP-951). */
  private void tellLeader(PartitionProduceResponse slot, PartitionId partition) {
    Brokers.of(call).ledElsewhere(partition).ifPresent(leader -> tellLeader(slot, leader));
  }

  private void tellLeader(PartitionProduceResponse slot, Brokers.Leader leader) {
    slot.currentLeader().setLeaderId(leader.id()).setLeaderEpoch(leader.epoch());
    ClientAddress address = leader.address().orElse(null);
    if (address != null && response.nodeEndpoints().find(leader.id()) == null) {
      NodeEndpoint endpoint = new NodeEndpoint().setNodeId(leader.id());
      response.nodeEndpoints().add(endpoint.setHost(address.host()).setPort(address.port()));
    }
  }

  void send() {
    if (!silent) {
      call.answer(response);
    } else if (failure.isEmpty()) {
      call.answerNothing();
    } else {
      call.close("a produce request without acks failed: " + failure);
    }
  }
}
