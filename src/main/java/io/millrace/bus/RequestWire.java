package io.millrace.bus;

import io.millrace.bus.message.AppendEntry;
import io.millrace.bus.message.AppendRequest;
import io.millrace.bus.message.DeleteRecordsRequest;
import io.millrace.bus.message.DescribeLogsEntry;
import io.millrace.bus.message.DescribeLogsRequest;
import io.millrace.bus.message.FindOffsetsEntry;
import io.millrace.bus.message.FindOffsetsRequest;
import io.millrace.bus.message.ForgetRequest;
import io.millrace.bus.message.ReadEntry;
import io.millrace.bus.message.ReadRequest;
import io.millrace.model.Acks;
import io.millrace.model.AppendCondition;
import io.millrace.model.PartitionId;
import io.millrace.model.TimeSource;
import io.millrace.model.TopicId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Requests to shards as frames. Deadlines travel as the time that is left, since no two nodes share
 * a monotonic clock.
 */
final class RequestWire implements MessageWire {
  private static final int ANY = -1;
  private static final Set<WireKind> KINDS =
      EnumSet.of(
          WireKind.APPEND,
          WireKind.READ,
          WireKind.FORGET,
          WireKind.FIND_OFFSETS,
          WireKind.DELETE_RECORDS,
          WireKind.DESCRIBE_LOGS);

  private final TimeLeft time;

  RequestWire(TimeSource time) {
    this.time = new TimeLeft(time);
  }

  @Override
  public Set<WireKind> kinds() {
    return KINDS;
  }

  @Override
  public boolean writes(BusMessage message) {
    return message instanceof ShardRequest;
  }

  @Override
  public void encode(Buffer out, BusMessage request) {
    if (request instanceof ShardRequest.Append append) {
      encodeAppend(out, append);
    } else if (request instanceof ShardRequest.Read read) {
      BusCodec.appendHeader(out, WireKind.READ, Envelope.encode(toWire(read)));
    } else if (request instanceof ShardRequest.Forget forget) {
      ForgetRequest wire =
          new ForgetRequest(
              forget.correlationId(),
              forget.replyTo().value(),
              forget.imageVersion(),
              time.leftMs(forget.deadlineNanos()));
      BusCodec.appendHeader(out, WireKind.FORGET, Envelope.encode(wire));
    } else if (request instanceof ShardRequest.FindOffsets find) {
      BusCodec.appendHeader(out, WireKind.FIND_OFFSETS, Envelope.encode(toWire(find)));
    } else if (request instanceof ShardRequest.DeleteRecords delete) {
      BusCodec.appendHeader(out, WireKind.DELETE_RECORDS, Envelope.encode(toWire(delete)));
    } else if (request instanceof ShardRequest.DescribeLogs describe) {
      BusCodec.appendHeader(out, WireKind.DESCRIBE_LOGS, Envelope.encode(toWire(describe)));
    }
  }

  /** Takes the buffers: what was cancelled before is sent as given up. */
  private void encodeAppend(Buffer out, ShardRequest.Append append) {
    List<OwnedBuffer> taken = new ArrayList<>();
    List<AppendEntry> entries = new ArrayList<>();
    for (ProduceRequest.Entry entry : append.entries()) {
      boolean mine = entry.batch().take();
      if (mine) {
        taken.add(entry.batch());
      }
      TopicId topic = entry.partition().topicId();
      entries.add(
          new AppendEntry(
              topic.mostSignificantBits(),
              topic.leastSignificantBits(),
              entry.partition().partition(),
              mine ? entry.batch().sizeBytes() : -1,
              entry.condition().map(AppendCondition::leaderEpoch).orElse(ANY),
              entry.condition().map(AppendCondition::endOffset).orElse((long) ANY)));
    }
    AppendRequest wire =
        new AppendRequest(
            append.correlationId(),
            append.replyTo().value(),
            append.imageVersion(),
            time.leftMs(append.deadlineNanos()),
            append.acks().wireValue(),
            entries);
    try {
      BusCodec.appendHeader(out, WireKind.APPEND, Envelope.encode(wire));
      for (OwnedBuffer batch : taken) {
        ByteBuffer bytes = batch.bytes();
        BusCodec.appendInPieces(out, bytes.remaining(), (target, at) -> copy(bytes, target));
      }
    } finally {
      taken.forEach(OwnedBuffer::release);
    }
  }

  private static int copy(ByteBuffer from, ByteBuffer target) {
    int count = target.remaining();
    target.put(from.slice(from.position(), count));
    from.position(from.position() + count);
    return count;
  }

  private ReadRequest toWire(ShardRequest.Read read) {
    List<ReadEntry> entries = new ArrayList<>();
    for (FetchRequest.Entry entry : read.entries()) {
      TopicId topic = entry.partition().topicId();
      entries.add(
          new ReadEntry(
              topic.mostSignificantBits(),
              topic.leastSignificantBits(),
              entry.partition().partition(),
              entry.offset(),
              entry.currentLeaderEpoch(),
              entry.maxBytes()));
    }
    ShardRequest.WaitFor waitFor = read.waitFor();
    return new ReadRequest(
        read.correlationId(),
        read.replyTo().value(),
        read.imageVersion(),
        time.leftMs(read.deadlineNanos()),
        read.maxBytes(),
        waitFor.minBytes(),
        waitFor.wakeBytes(),
        waitFor.sole(),
        waitFor.minBytes() == 0 ? 0 : time.leftMs(waitFor.untilNanos()),
        entries);
  }

  private FindOffsetsRequest toWire(ShardRequest.FindOffsets find) {
    List<FindOffsetsEntry> entries = new ArrayList<>();
    for (OffsetsRequest.Entry entry : find.entries()) {
      TopicId topic = entry.partition().topicId();
      entries.add(
          new FindOffsetsEntry(
              topic.mostSignificantBits(),
              topic.leastSignificantBits(),
              entry.partition().partition(),
              entry.timestampMs(),
              entry.leaderEpoch()));
    }
    return new FindOffsetsRequest(
        find.correlationId(),
        find.replyTo().value(),
        find.imageVersion(),
        time.leftMs(find.deadlineNanos()),
        entries);
  }

  private DescribeLogsRequest toWire(ShardRequest.DescribeLogs describe) {
    List<DescribeLogsEntry> entries = new ArrayList<>();
    for (PartitionId partition : describe.partitions()) {
      TopicId topic = partition.topicId();
      entries.add(
          new DescribeLogsEntry(
              topic.mostSignificantBits(), topic.leastSignificantBits(), partition.partition()));
    }
    return new DescribeLogsRequest(
        describe.correlationId(),
        describe.replyTo().value(),
        describe.imageVersion(),
        time.leftMs(describe.deadlineNanos()),
        entries);
  }

  private DeleteRecordsRequest toWire(ShardRequest.DeleteRecords delete) {
    TopicId topic = delete.partition().topicId();
    return new DeleteRecordsRequest(
        delete.correlationId(),
        delete.replyTo().value(),
        delete.imageVersion(),
        time.leftMs(delete.deadlineNanos()),
        topic.mostSignificantBits(),
        topic.leastSignificantBits(),
        delete.partition().partition(),
        delete.beforeOffset());
  }

  @Override
  public ShardRequest decode(WireKind kind, ByteBuf envelope, ByteBuf records) {
    return switch (kind) {
      case APPEND -> decodeAppend(envelope, records);
      case READ -> decodeRead(envelope);
      case FORGET -> {
        ForgetRequest wire =
            Envelope.decode(ForgetRequest.getClassSchema(), ForgetRequest.class, envelope);
        yield new ShardRequest.Forget(
            wire.getCorrelationId(),
            replyTo(wire.getReplyTo()),
            wire.getImageVersion(),
            time.deadline(wire.getTimeoutMs()));
      }
      case FIND_OFFSETS -> decodeFind(envelope);
      case DELETE_RECORDS -> decodeDelete(envelope);
      case DESCRIBE_LOGS -> decodeDescribe(envelope);
      default -> throw WireFormatError.of("%s is no request".formatted(kind));
    };
  }

  private ShardRequest decodeAppend(ByteBuf envelope, ByteBuf records) {
    AppendRequest wire =
        Envelope.decode(AppendRequest.getClassSchema(), AppendRequest.class, envelope);
    List<ProduceRequest.Entry> entries = new ArrayList<>();
    for (AppendEntry entry : wire.getEntries()) {
      PartitionId partition =
          partition(
              entry.getTopicMostSignificantBits(),
              entry.getTopicLeastSignificantBits(),
              entry.getPartition());
      boolean givenUp = entry.getSizeBytes() == -1;
      ByteBuf bytes = BusCodec.readSlice(records, givenUp ? 0 : entry.getSizeBytes());
      // A view with a count of its own: each batch is released for itself.
      OwnedBuffer batch = new OwnedBuffer(Unpooled.wrappedBuffer(bytes.nioBuffer()));
      if (givenUp) {
        batch.cancel();
      }
      entries.add(new ProduceRequest.Entry(partition, batch, condition(entry)));
    }
    return new ShardRequest.Append(
        wire.getCorrelationId(),
        replyTo(wire.getReplyTo()),
        Acks.ofWire(wire.getAcks()),
        entries,
        wire.getImageVersion(),
        time.deadline(wire.getTimeoutMs()));
  }

  private static Optional<AppendCondition> condition(AppendEntry entry) {
    int leaderEpoch = entry.getExpectedLeaderEpoch();
    long endOffset = entry.getExpectedEndOffset();
    if (leaderEpoch == ANY && endOffset == ANY) {
      return Optional.empty();
    }
    if (leaderEpoch < 0 || endOffset < 0) {
      throw WireFormatError.of(
          "an append expects leader epoch %s and end offset %s".formatted(leaderEpoch, endOffset));
    }
    return Optional.of(new AppendCondition(leaderEpoch, endOffset));
  }

  private ShardRequest decodeRead(ByteBuf envelope) {
    ReadRequest wire = Envelope.decode(ReadRequest.getClassSchema(), ReadRequest.class, envelope);
    List<FetchRequest.Entry> entries = new ArrayList<>();
    for (ReadEntry entry : wire.getEntries()) {
      PartitionId partition =
          partition(
              entry.getTopicMostSignificantBits(),
              entry.getTopicLeastSignificantBits(),
              entry.getPartition());
      entries.add(
          new FetchRequest.Entry(
              partition, entry.getOffset(), entry.getCurrentLeaderEpoch(), entry.getMaxBytes()));
    }
    ShardRequest.WaitFor waitFor =
        wire.getMinBytes() <= 0
            ? ShardRequest.WaitFor.NOTHING
            : new ShardRequest.WaitFor(
                wire.getMinBytes(),
                wire.getWakeBytes(),
                wire.getSole(),
                time.deadline(wire.getWaitMs()));
    return new ShardRequest.Read(
        wire.getCorrelationId(),
        replyTo(wire.getReplyTo()),
        entries,
        wire.getMaxBytes(),
        waitFor,
        wire.getImageVersion(),
        time.deadline(wire.getTimeoutMs()));
  }

  private ShardRequest decodeFind(ByteBuf envelope) {
    FindOffsetsRequest wire =
        Envelope.decode(FindOffsetsRequest.getClassSchema(), FindOffsetsRequest.class, envelope);
    List<OffsetsRequest.Entry> entries = new ArrayList<>();
    for (FindOffsetsEntry entry : wire.getEntries()) {
      PartitionId partition =
          partition(
              entry.getTopicMostSignificantBits(),
              entry.getTopicLeastSignificantBits(),
              entry.getPartition());
      entries.add(
          new OffsetsRequest.Entry(partition, entry.getTimestampMs(), entry.getLeaderEpoch()));
    }
    return new ShardRequest.FindOffsets(
        wire.getCorrelationId(),
        replyTo(wire.getReplyTo()),
        entries,
        wire.getImageVersion(),
        time.deadline(wire.getTimeoutMs()));
  }

  private ShardRequest decodeDelete(ByteBuf envelope) {
    DeleteRecordsRequest wire =
        Envelope.decode(
            DeleteRecordsRequest.getClassSchema(), DeleteRecordsRequest.class, envelope);
    return new ShardRequest.DeleteRecords(
        wire.getCorrelationId(),
        replyTo(wire.getReplyTo()),
        partition(
            wire.getTopicMostSignificantBits(),
            wire.getTopicLeastSignificantBits(),
            wire.getPartition()),
        wire.getBeforeOffset(),
        wire.getImageVersion(),
        time.deadline(wire.getTimeoutMs()));
  }

  private ShardRequest decodeDescribe(ByteBuf envelope) {
    DescribeLogsRequest wire =
        Envelope.decode(DescribeLogsRequest.getClassSchema(), DescribeLogsRequest.class, envelope);
    List<PartitionId> partitions = new ArrayList<>();
    for (DescribeLogsEntry entry : wire.getEntries()) {
      partitions.add(
          partition(
              entry.getTopicMostSignificantBits(),
              entry.getTopicLeastSignificantBits(),
              entry.getPartition()));
    }
    return new ShardRequest.DescribeLogs(
        wire.getCorrelationId(),
        replyTo(wire.getReplyTo()),
        partitions,
        wire.getImageVersion(),
        time.deadline(wire.getTimeoutMs()));
  }

  private static PartitionId partition(long most, long least, int partition) {
    if (partition < 0) {
      throw WireFormatError.of("partition %s".formatted(partition));
    }
    return new PartitionId(new TopicId(most, least), partition);
  }

  private static Address<LoopMail> replyTo(String value) {
    return new Address<>(value, Scope.CLUSTER, LoopMail.class);
  }
}
