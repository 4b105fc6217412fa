package io.millrace.bus;

import io.millrace.model.Acks;
import io.millrace.model.AppendCondition;
import io.millrace.model.ErrorCode;
import io.millrace.model.LogDescription;
import io.millrace.model.NodeId;
import io.millrace.model.PartitionId;
import io.millrace.model.TopicId;
import io.millrace.model.control.ControllerAnswer;
import io.millrace.model.control.ControllerAsk;
import io.millrace.model.control.IsrChange;
import io.millrace.model.group.GroupError;
import io.millrace.model.group.GroupRequest;
import io.millrace.model.group.GroupResponse;
import io.millrace.record.BufferSlice;
import io.millrace.record.CompressionType;
import io.millrace.record.RecordBatchBuilder;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A message of each kind that goes from node to node. */
final class WireSamples {
  private static final long DEADLINE_NANOS = 2_000_000_000L;
  private static final Address<LoopMail> LOOP =
      new Address<>("node.3.loop.1.mail", Scope.CLUSTER, LoopMail.class);
  private static final PartitionId PARTITION = new PartitionId(new TopicId(-7, 9), 4);
  private static final NodeId NODE = new NodeId(3);

  private WireSamples() {}

  /** Each holds what it sends anew. */
  static BusMessage of(WireKind kind) {
    return switch (kind) {
      case MAIL ->
          new LoopMail(
              List.of(of(WireKind.WOKEN), of(WireKind.READ_DONE)).stream()
                  .map(BusReply.class::cast)
                  .toList());
      case APPEND ->
          new ShardRequest.Append(1, LOOP, Acks.ALL, List.of(appended()), 77, DEADLINE_NANOS);
      case READ ->
          new ShardRequest.Read(
              1,
              LOOP,
              List.of(new FetchRequest.Entry(PARTITION, 5, 6, 1_000)),
              50_000,
              new ShardRequest.WaitFor(10, 5, true, DEADLINE_NANOS),
              77,
              DEADLINE_NANOS);
      case FORGET -> new ShardRequest.Forget(2, LOOP, 0, DEADLINE_NANOS);
      case FIND_OFFSETS ->
          new ShardRequest.FindOffsets(
              3,
              LOOP,
              List.of(new OffsetsRequest.Entry(PARTITION, OffsetsRequest.END_OF_EPOCH, 7)),
              1,
              DEADLINE_NANOS);
      case DELETE_RECORDS ->
          new ShardRequest.DeleteRecords(4, LOOP, PARTITION, 12, 1, DEADLINE_NANOS);
      case DESCRIBE_LOGS ->
          new ShardRequest.DescribeLogs(5, LOOP, List.of(PARTITION), 1, DEADLINE_NANOS);
      case APPENDED ->
          new ShardReply.Appended(
              5, List.of(new ProduceReply.Result(ErrorCode.NONE, "", 1, 2, 3, 4)));
      case READ_DONE -> new ShardReply.ReadDone(6, List.of(read()), true);
      case WOKEN -> new ShardReply.Woken(7);
      case OFFSETS_FOUND ->
          new ShardReply.OffsetsFound(
              8, List.of(new OffsetsReply.Result(ErrorCode.NONE, "", 1, 2, 3, 4, 5)));
      case RECORDS_DELETED ->
          new ShardReply.RecordsDeleted(9, ErrorCode.OFFSET_OUT_OF_RANGE, "too high", -1);
      case LOGS_DESCRIBED ->
          new ShardReply.LogsDescribed(
              10,
              List.of(
                  new LogsReply.Result(
                      ErrorCode.NONE,
                      "",
                      new LogDescription(
                          1L << 41,
                          3,
                          9,
                          4,
                          List.of(new LogDescription.ActiveProducer(5, (short) 2, 17, 1_000))))));
      default -> ofCluster(kind);
    };
  }

  /** What is for no shard. */
  private static BusMessage ofCluster(WireKind kind) {
    return switch (kind) {
      case HELLO -> new HelloRequest(11, LOOP);
      case HELLO_ANSWER ->
          new HelloReply(
              12,
              Optional.of("cluster"),
              Optional.of(NODE),
              "dir",
              Optional.of(NODE),
              Set.of(NODE),
              "0@founder",
              List.of(new HelloReply.Broker(NODE, "founder", 12, "localhost", 7801)));
      case COORDINATOR_QUESTION ->
          new CoordinatorRequest.Ask(
              13, LOOP, 17, new GroupRequest.Describe("group"), DEADLINE_NANOS);
      case COORDINATOR_ANSWER ->
          new CoordinatorReply.Answered(
              14, new GroupResponse.Done(GroupError.of(ErrorCode.UNKNOWN_MEMBER_ID)));
      case CONTROLLER_QUESTION ->
          new ControllerRequest(
              15,
              LOOP,
              new ControllerAsk.AlterPartition(
                  NODE,
                  5,
                  List.of(
                      new IsrChange(
                          PARTITION,
                          6,
                          7,
                          List.of(new IsrChange.Member(NODE, 5)),
                          List.of(new NodeId(2))))),
              DEADLINE_NANOS);
      case CONTROLLER_ANSWER ->
          new ControllerReply.Answered(16, new ControllerAnswer.Registered(5, 77));
      case CONTROLLER_REFUSAL ->
          new ControllerReply.Refused(
              17, ErrorCode.NOT_CONTROLLER, "not this node", Optional.of(NODE));
      case REPLICA_FETCH ->
          new ReplicaFetchRequest(
              18,
              LOOP,
              NODE,
              5,
              77,
              131_072,
              DEADLINE_NANOS / 4,
              DEADLINE_NANOS,
              List.of(new ReplicaFetchRequest.Entry(PARTITION, 3, 100, 90, 2, 95)));
      case REPLICA_FETCHED -> new ReplicaFetchReply(19, 250, List.of(fetched()));
      case RAFT_MAIL -> new RaftMail("3@directory", bytes("letter"));
      case METADATA_FETCH -> new MetadataFetchRequest(20, LOOP, bytes("question"));
      case METADATA_FETCHED -> new MetadataFetchReply(21, ErrorCode.NONE, bytes("answer"));
      default -> throw new IllegalArgumentException("there is no sample of " + kind);
    };
  }

  private static ProduceRequest.Entry appended() {
    return new ProduceRequest.Entry(
        PARTITION,
        new OwnedBuffer(Unpooled.wrappedBuffer(batch())),
        Optional.of(new AppendCondition(3, 100)));
  }

  private static FetchReply.Result read() {
    return new FetchReply.Result(
        ErrorCode.NONE, "", Optional.of(BufferSlice.of(batch())), 10, 0, 3);
  }

  private static ReplicaFetchReply.Result fetched() {
    return new ReplicaFetchReply.Result(
        PARTITION,
        ErrorCode.NONE,
        "",
        3,
        100,
        99,
        0,
        -1,
        ReplicaFetchReply.NOT_DIVERGING,
        Optional.of(BufferSlice.of(batch())));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static ByteBuffer batch() {
    RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE, 256);
    builder.append(1, (byte[]) null, "flight".getBytes(StandardCharsets.UTF_8), List.of());
    return builder.build();
  }
}
