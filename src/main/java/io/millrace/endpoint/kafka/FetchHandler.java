package io.millrace.endpoint.kafka;

import io.millrace.bus.FetchRequest;
import io.millrace.bus.PartitionClient;
import io.millrace.model.config.KafkaSettings;
import io.millrace.model.config.ListenerSettings;
import io.millrace.model.image.ClusterImage;
import java.util.List;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;

/**
 * Reads records, and waits for more if there are too few: no thread and no timer is used while it
 * waits. Records go from the log's files to the socket without being read here. In a session
 * (KIP-227) a client names only what changes, and is told only what is new. A consumer that says in
 * which rack it is may be sent to a replica there, and is answered by followers (KIP-392).
 */
final class FetchHandler extends ApiHandler<FetchRequestData> {
  private static final int MIN_VERSION = 4;
  private static final int MAX_VERSION = 18;
  private static final int TOPIC_ID_VERSION = 13;
  private static final byte READ_COMMITTED = 1;

  private final KafkaLoop loop;
  private final int maxBytes;
  private final int maxCopiedBytes;
  private final ReplicaSelector selector;

  FetchHandler(KafkaLoop loop) {
    super(ApiMessageType.FETCH, FetchRequestData::new, MIN_VERSION, MAX_VERSION);
    this.loop = loop;
    this.maxBytes = loop.settings().get(KafkaSettings.FETCH_MAX_BYTES);
    this.selector =
        new ReplicaSelector(
            loop.settings().get(KafkaSettings.REPLICA_SELECTOR_CLASS), loop.nodeId());
    this.maxCopiedBytes =
        (int)
            Math.min(maxBytes, loop.settings().get(ListenerSettings.CONNECTION_OUTSTANDING_BYTES));
  }

  @Override
  void handle(FetchRequestData request, KafkaCall call) {
    boolean byId = call.version() >= TOPIC_ID_VERSION;
    boolean committed = request.isolationLevel() == READ_COMMITTED;
    FetchScope scope = loop.fetchSessions().scope(request, byId, call.connection());
    if (scope instanceof FetchScope.Refused refused) {
      call.answer(new FetchResponseData().setErrorCode(refused.error().code()));
    } else if (scope instanceof FetchScope.Sessionless all) {
      read(request, call, all.partitions(), FetchAnswer.sessionless(call, committed, all));
    } else if (scope instanceof FetchScope.InSession session) {
      read(request, call, session.partitions(), FetchAnswer.inSession(call, committed, session));
    }
  }

  private void read(
      FetchRequestData request,
      KafkaCall call,
      List<FetchedPartition> partitions,
      FetchAnswer answer) {
    ClusterImage image = loop.image();
    partitions.forEach(partition -> partition.lookUp(image, request.rackId(), selector));
    List<FetchRequest.Entry> entries = answer.entries();
    if (entries.isEmpty()) {
      answer.send(List.of());
      return;
    }
    int most = call.connection().copiesRecords() ? maxCopiedBytes : maxBytes;
    // An error is told at once, as Kafka does, and so is a better replica to read from.
    boolean isTold =
        entries.size() < partitions.size()
            || partitions.stream().anyMatch(FetchedPartition::hasPreferredReplica);
    int minBytes = isTold ? 0 : Math.max(0, Math.min(request.minBytes(), most));
    PartitionClient.Waiting waiting =
        loop.partitions()
            .fetch(
                new FetchRequest(
                    entries,
                    minBytes,
                    Math.max(0, Math.min(request.maxBytes(), most)),
                    image.version(),
                    loop.inMs(Math.max(0, request.maxWaitMs()))),
                reply -> answer.send(reply.results()));
    if (!call.isAnswered()) {
      call.onCancel(waiting::cancel);
    }
  }
}
