package io.millrace.bus;

import io.millrace.bus.message.ReplicaFetch;
import io.millrace.bus.message.ReplicaFetchEntry;
import io.millrace.bus.message.ReplicaFetched;
import io.millrace.bus.message.ReplicaFetchedResult;
import io.millrace.model.ErrorCode;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.millrace.record.BufferSlice;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Followers' fetches and their answers as frames. */
final class ReplicaWire implements MessageWire {
  private static final Set<WireKind> KINDS =
      EnumSet.of(WireKind.REPLICA_FETCH, WireKind.REPLICA_FETCHED);

  private final TimeLeft time;

  ReplicaWire(TimeSource time) {
    this.time = new TimeLeft(time);
  }

  @Override
  public Set<WireKind> kinds() {
    return KINDS;
  }

  @Override
  public boolean writes(BusMessage message) {
    return message instanceof ReplicaFetchRequest || message instanceof ReplicaFetchReply;
  }

  @Override
  public void encode(Buffer out, BusMessage message) {
    if (message instanceof ReplicaFetchRequest request) {
      BusCodec.appendHeader(out, WireKind.REPLICA_FETCH, Envelope.encode(toWire(request)));
    } else {
      encodeReply(out, (ReplicaFetchReply) message);
    }
  }

  private ReplicaFetch toWire(ReplicaFetchRequest request) {
    List<ReplicaFetchEntry> entries = new ArrayList<>();
    for (ReplicaFetchRequest.Entry entry : request.entries()) {
      TopicId topic = entry.partition().topicId();
      entries.add(
          new ReplicaFetchEntry(
              topic.mostSignificantBits(),
              topic.leastSignificantBits(),
              entry.partition().partition(),
              entry.leaderEpoch(),
              entry.fetchOffset(),
              entry.durableOffset(),
              entry.lastFetchedEpoch(),
              entry.highWatermark()));
    }
    return new ReplicaFetch(
        request.correlationId(),
        request.replyTo().value(),
        request.replica().value(),
        request.brokerEpoch(),
        request.imageVersion(),
        request.maxBytes(),
        time.leftMs(request.waitUntilNanos()),
        time.leftMs(request.deadlineNanos()),
        entries);
  }

  /** Copies each slice from where it is straight into the frame, and releases it. */
  private static void encodeReply(Buffer out, ReplicaFetchReply reply) {
    List<ReplicaFetchedResult> results = new ArrayList<>();
    for (ReplicaFetchReply.Result result : reply.results()) {
      TopicId topic = result.partition().topicId();
      results.add(
          new ReplicaFetchedResult(
              topic.mostSignificantBits(),
              topic.leastSignificantBits(),
              result.partition().partition(),
              result.error().id(),
              result.reason(),
              result.leaderEpoch(),
              result.fetchOffset(),
              result.highWatermark(),
              result.logStartOffset(),
              result.divergingEpoch(),
              result.divergingEndOffset(),
              result.slice().map(RecordSlice::sizeBytes).orElse(0)));
    }
    ReplicaFetched wire = new ReplicaFetched(reply.correlationId(), reply.heldMs(), results);
    try {
      BusCodec.appendHeader(out, WireKind.REPLICA_FETCHED, Envelope.encode(wire));
      reply
          .results()
          .forEach(result -> result.slice().ifPresent(slice -> BusCodec.appendRecords(out, slice)));
    } finally {
      reply.discard();
    }
  }

  @Override
  public BusMessage decode(WireKind kind, ByteBuf envelope, ByteBuf records) {
    return kind == WireKind.REPLICA_FETCH
        ? decodeRequest(envelope)
        : decodeReply(envelope, records);
  }

  private ReplicaFetchRequest decodeRequest(ByteBuf envelope) {
    ReplicaFetch wire =
        Envelope.decode(ReplicaFetch.getClassSchema(), ReplicaFetch.class, envelope);
    if (wire.getReplica() < 0) {
      throw WireFormatError.of("replica %s".formatted(wire.getReplica()));
    }
    List<ReplicaFetchRequest.Entry> entries = new ArrayList<>();
    for (ReplicaFetchEntry entry : wire.getEntries()) {
      if (entry.getLeaderEpoch() < 0
          || entry.getDurableOffset() < 0
          || entry.getDurableOffset() > entry.getFetchOffset()) {
        throw WireFormatError.of(
            "a fetch in leader epoch %s from offset %s, durable %s"
                .formatted(
                    entry.getLeaderEpoch(), entry.getFetchOffset(), entry.getDurableOffset()));
      }
      entries.add(
          new ReplicaFetchRequest.Entry(
              partition(
                  entry.getTopicMostSignificantBits(),
                  entry.getTopicLeastSignificantBits(),
                  entry.getPartition()),
              entry.getLeaderEpoch(),
              entry.getFetchOffset(),
              entry.getDurableOffset(),
              entry.getLastFetchedEpoch(),
              entry.getHighWatermark()));
    }
    return new ReplicaFetchRequest(
        wire.getCorrelationId(),
        new Address<>(wire.getReplyTo(), Scope.CLUSTER, LoopMail.class),
        new NodeId(wire.getReplica()),
        wire.getBrokerEpoch(),
        wire.getImageVersion(),
        wire.getMaxBytes(),
        time.deadline(wire.getWaitMs()),
        time.deadline(wire.getTimeoutMs()),
        entries);
  }

  private static ReplicaFetchReply decodeReply(ByteBuf envelope, ByteBuf records) {
    ReplicaFetched wire =
        Envelope.decode(ReplicaFetched.getClassSchema(), ReplicaFetched.class, envelope);
    List<ReplicaFetchReply.Result> results = new ArrayList<>();
    for (ReplicaFetchedResult result : wire.getResults()) {
      ByteBuf bytes = BusCodec.readSlice(records, result.getSizeBytes());
      Optional<RecordSlice> slice =
          bytes.isReadable() ? Optional.of(BufferSlice.of(bytes.nioBuffer())) : Optional.empty();
      results.add(
          new ReplicaFetchReply.Result(
              partition(
                  result.getTopicMostSignificantBits(),
                  result.getTopicLeastSignificantBits(),
                  result.getPartition()),
              ErrorCode.of(result.getErrorCode()),
              result.getReason(),
              result.getLeaderEpoch(),
              result.getFetchOffset(),
              result.getHighWatermark(),
              result.getLogStartOffset(),
              result.getDivergingEpoch(),
              result.getDivergingEndOffset(),
              slice));
    }
    return new ReplicaFetchReply(wire.getCorrelationId(), Math.max(0, wire.getHeldMs()), results);
  }

  private static PartitionId partition(long most, long least, int partition) {
    if (partition < 0) {
      throw WireFormatError.of("partition %s".formatted(partition));
    }
    return new PartitionId(new TopicId(most, least), partition);
  }
}
