package io.millrace.bus;

import io.millrace.bus.message.ActiveProducerEntry;
import io.millrace.bus.message.AppendReply;
import io.millrace.bus.message.AppendResult;
import io.millrace.bus.message.DeleteRecordsReply;
import io.millrace.bus.message.DescribeLogsReply;
import io.millrace.bus.message.DescribeLogsResult;
import io.millrace.bus.message.FindOffsetsReply;
import io.millrace.bus.message.FindOffsetsResult;
import io.millrace.bus.message.ReadReply;
import io.millrace.bus.message.ReadResult;
import io.millrace.bus.message.ReadWoken;
import io.millrace.model.ErrorCode;
import io.millrace.model.LogDescription;
import io.millrace.model.LogDescription.ActiveProducer;
import io.millrace.record.BufferSlice;
import io.millrace.record.RecordSlice;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Replies of shards as frames. */
final class ReplyWire implements MessageWire {
  private static final Set<WireKind> KINDS =
      EnumSet.of(
          WireKind.APPENDED,
          WireKind.READ_DONE,
          WireKind.WOKEN,
          WireKind.OFFSETS_FOUND,
          WireKind.RECORDS_DELETED,
          WireKind.LOGS_DESCRIBED);

  @Override
  public Set<WireKind> kinds() {
    return KINDS;
  }

  @Override
  public boolean writes(BusMessage message) {
    return message instanceof ShardReply;
  }

  @Override
  public void encode(Buffer out, BusMessage reply) {
    if (reply instanceof ShardReply.Appended appended) {
      BusCodec.appendHeader(out, WireKind.APPENDED, Envelope.encode(toWire(appended)));
    } else if (reply instanceof ShardReply.ReadDone done) {
      encodeRead(out, done);
    } else if (reply instanceof ShardReply.Woken woken) {
      BusCodec.appendHeader(
          out, WireKind.WOKEN, Envelope.encode(new ReadWoken(woken.correlationId())));
    } else if (reply instanceof ShardReply.OffsetsFound found) {
      BusCodec.appendHeader(out, WireKind.OFFSETS_FOUND, Envelope.encode(toWire(found)));
    } else if (reply instanceof ShardReply.RecordsDeleted deleted) {
      DeleteRecordsReply wire =
          new DeleteRecordsReply(
              deleted.correlationId(),
              deleted.error().id(),
              deleted.reason(),
              deleted.logStartOffset());
      BusCodec.appendHeader(out, WireKind.RECORDS_DELETED, Envelope.encode(wire));
    } else if (reply instanceof ShardReply.LogsDescribed described) {
      BusCodec.appendHeader(out, WireKind.LOGS_DESCRIBED, Envelope.encode(toWire(described)));
    }
  }

  private static AppendReply toWire(ShardReply.Appended appended) {
    List<AppendResult> results = new ArrayList<>();
    for (ProduceReply.Result result : appended.results()) {
      results.add(
          new AppendResult(
              result.error().id(),
              result.reason(),
              result.baseOffset(),
              result.logAppendTimeMs(),
              result.logStartOffset(),
              result.leaderEpoch()));
    }
    return new AppendReply(appended.correlationId(), results);
  }

  private static FindOffsetsReply toWire(ShardReply.OffsetsFound found) {
    List<FindOffsetsResult> results = new ArrayList<>();
    for (OffsetsReply.Result result : found.results()) {
      results.add(
          new FindOffsetsResult(
              result.error().id(),
              result.reason(),
              result.offset(),
              result.timestampMs(),
              result.leaderEpoch(),
              result.logStartOffset(),
              result.highWatermark()));
    }
    return new FindOffsetsReply(found.correlationId(), results);
  }

  /** Copies each slice from where it is straight into the frame, and releases it. */
  private static void encodeRead(Buffer out, ShardReply.ReadDone done) {
    List<ReadResult> results = new ArrayList<>();
    for (FetchReply.Result result : done.results()) {
      results.add(
          new ReadResult(
              result.error().id(),
              result.reason(),
              result.slice().map(RecordSlice::sizeBytes).orElse(0),
              result.highWatermark(),
              result.logStartOffset(),
              result.leaderEpoch()));
    }
    ReadReply wire = new ReadReply(done.correlationId(), done.watching(), results);
    try {
      BusCodec.appendHeader(out, WireKind.READ_DONE, Envelope.encode(wire));
      done.results()
          .forEach(result -> result.slice().ifPresent(slice -> BusCodec.appendRecords(out, slice)));
    } finally {
      done.discard();
    }
  }

  @Override
  public ShardReply decode(WireKind kind, ByteBuf envelope, ByteBuf records) {
    return switch (kind) {
      case APPENDED -> decodeAppended(envelope);
      case READ_DONE -> decodeRead(envelope, records);
      case WOKEN ->
          new ShardReply.Woken(
              Envelope.decode(ReadWoken.getClassSchema(), ReadWoken.class, envelope)
                  .getCorrelationId());
      case OFFSETS_FOUND -> decodeFound(envelope);
      case RECORDS_DELETED -> decodeDeleted(envelope);
      case LOGS_DESCRIBED -> decodeDescribed(envelope);
      default -> throw WireFormatError.of("%s is no reply".formatted(kind));
    };
  }

  private static ShardReply decodeAppended(ByteBuf envelope) {
    AppendReply wire = Envelope.decode(AppendReply.getClassSchema(), AppendReply.class, envelope);
    List<ProduceReply.Result> results = new ArrayList<>();
    for (AppendResult result : wire.getResults()) {
      results.add(
          new ProduceReply.Result(
              ErrorCode.of(result.getErrorCode()),
              result.getReason(),
              result.getBaseOffset(),
              result.getLogAppendTimeMs(),
              result.getLogStartOffset(),
              result.getLeaderEpoch()));
    }
    return new ShardReply.Appended(wire.getCorrelationId(), results);
  }

  private static ShardReply decodeRead(ByteBuf envelope, ByteBuf records) {
    ReadReply wire = Envelope.decode(ReadReply.getClassSchema(), ReadReply.class, envelope);
    List<FetchReply.Result> results = new ArrayList<>();
    for (ReadResult result : wire.getResults()) {
      ByteBuf bytes = BusCodec.readSlice(records, result.getSizeBytes());
      Optional<RecordSlice> slice =
          bytes.isReadable() ? Optional.of(BufferSlice.of(bytes.nioBuffer())) : Optional.empty();
      results.add(
          new FetchReply.Result(
              ErrorCode.of(result.getErrorCode()),
              result.getReason(),
              slice,
              result.getHighWatermark(),
              result.getLogStartOffset(),
              result.getLeaderEpoch()));
    }
    return new ShardReply.ReadDone(wire.getCorrelationId(), results, wire.getWatching());
  }

  private static ShardReply decodeFound(ByteBuf envelope) {
    FindOffsetsReply wire =
        Envelope.decode(FindOffsetsReply.getClassSchema(), FindOffsetsReply.class, envelope);
    List<OffsetsReply.Result> results = new ArrayList<>();
    for (FindOffsetsResult result : wire.getResults()) {
      results.add(
          new OffsetsReply.Result(
              ErrorCode.of(result.getErrorCode()),
              result.getReason(),
              result.getOffset(),
              result.getTimestampMs(),
              result.getLeaderEpoch(),
              result.getLogStartOffset(),
              result.getHighWatermark()));
    }
    return new ShardReply.OffsetsFound(wire.getCorrelationId(), results);
  }

  private static ShardReply decodeDeleted(ByteBuf envelope) {
    DeleteRecordsReply wire =
        Envelope.decode(DeleteRecordsReply.getClassSchema(), DeleteRecordsReply.class, envelope);
    return new ShardReply.RecordsDeleted(
        wire.getCorrelationId(),
        ErrorCode.of(wire.getErrorCode()),
        wire.getReason(),
        wire.getLogStartOffset());
  }

  private static DescribeLogsReply toWire(ShardReply.LogsDescribed described) {
    List<DescribeLogsResult> results = new ArrayList<>();
    for (LogsReply.Result result : described.results()) {
      List<ActiveProducerEntry> producers = new ArrayList<>();
      for (ActiveProducer producer : result.log().producers()) {
        producers.add(
            new ActiveProducerEntry(
                producer.producerId(),
                (int) producer.producerEpoch(),
                producer.lastSequence(),
                producer.lastTimestampMs()));
      }
      results.add(
          new DescribeLogsResult(
              result.error().id(),
              result.reason(),
              result.log().sizeBytes(),
              result.log().logStartOffset(),
              result.log().logEndOffset(),
              result.log().lastEpoch(),
              producers));
    }
    return new DescribeLogsReply(described.correlationId(), results);
  }

  private static ShardReply decodeDescribed(ByteBuf envelope) {
    DescribeLogsReply wire =
        Envelope.decode(DescribeLogsReply.getClassSchema(), DescribeLogsReply.class, envelope);
    List<LogsReply.Result> results = new ArrayList<>();
    for (DescribeLogsResult result : wire.getResults()) {
      List<ActiveProducer> producers = new ArrayList<>();
      for (ActiveProducerEntry entry : result.getProducers()) {
        producers.add(
            new ActiveProducer(
                entry.getProducerId(),
                (short) entry.getProducerEpoch(),
                entry.getLastSequence(),
                entry.getLastTimestampMs()));
      }
      results.add(
          new LogsReply.Result(
              ErrorCode.of(result.getErrorCode()),
              result.getReason(),
              new LogDescription(
                  result.getSizeBytes(),
                  result.getLogStartOffset(),
                  result.getLogEndOffset(),
                  result.getLastEpoch(),
                  producers)));
    }
    return new ShardReply.LogsDescribed(wire.getCorrelationId(), results);
  }
}
