package io.millrace.bus;

import io.millrace.bus.message.ActiveProducerEntry;
import io.millrace.bus.message.AppendEntry;
import io.millrace.bus.message.AppendReply;
import io.millrace.bus.message.AppendRequest;
import io.millrace.bus.message.AppendResult;
import io.millrace.bus.message.CoordinatorAnswer;
import io.millrace.bus.message.CoordinatorQuestion;
import io.millrace.bus.message.DeleteRecordsReply;
import io.millrace.bus.message.DeleteRecordsRequest;
import io.millrace.bus.message.DescribeLogsEntry;
import io.millrace.bus.message.DescribeLogsReply;
import io.millrace.bus.message.DescribeLogsRequest;
import io.millrace.bus.message.DescribeLogsResult;
import io.millrace.bus.message.FindOffsetsEntry;
import io.millrace.bus.message.FindOffsetsReply;
import io.millrace.bus.message.FindOffsetsRequest;
import io.millrace.bus.message.FindOffsetsResult;
import io.millrace.bus.message.ForgetRequest;
import io.millrace.bus.message.HelloAnswer;
import io.millrace.bus.message.HelloBroker;
import io.millrace.bus.message.MetadataFetchAnswer;
import io.millrace.bus.message.MetadataFetchQuestion;
import io.millrace.bus.message.RaftLetter;
import io.millrace.bus.message.ReadEntry;
import io.millrace.bus.message.ReadReply;
import io.millrace.bus.message.ReadRequest;
import io.millrace.bus.message.ReadResult;
import io.millrace.bus.message.ReadWoken;
import io.millrace.bus.message.ReplicaFetch;
import io.millrace.bus.message.ReplicaFetchEntry;
import io.millrace.bus.message.ReplicaFetched;
import io.millrace.bus.message.ReplicaFetchedResult;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;

/**
 * The classes of the bus's Avro records, by a table: no name in a schema ever loads a class, and
 * Avro's own check of such names, which refuses what a process has not been told to trust, has
 * nothing to say.
 */
final class BusRecords extends SpecificData {
  static final BusRecords MODEL = new BusRecords();

  private static final Map<String, Class<?>> CLASSES =
      Stream.concat(
              ControllerRecords.CLASSES.stream(),
              Stream.<Class<?>>of(
                  ActiveProducerEntry.class,
                  AppendEntry.class,
                  AppendReply.class,
                  AppendRequest.class,
                  AppendResult.class,
                  CoordinatorAnswer.class,
                  CoordinatorQuestion.class,
                  DeleteRecordsReply.class,
                  DeleteRecordsRequest.class,
                  DescribeLogsEntry.class,
                  DescribeLogsReply.class,
                  DescribeLogsRequest.class,
                  DescribeLogsResult.class,
                  FindOffsetsEntry.class,
                  FindOffsetsReply.class,
                  FindOffsetsRequest.class,
                  FindOffsetsResult.class,
                  ForgetRequest.class,
                  HelloAnswer.class,
                  HelloBroker.class,
                  io.millrace.bus.message.HelloRequest.class,
                  MetadataFetchAnswer.class,
                  MetadataFetchQuestion.class,
                  RaftLetter.class,
                  ReadEntry.class,
                  ReadReply.class,
                  ReadRequest.class,
                  ReadResult.class,
                  ReadWoken.class,
                  ReplicaFetch.class,
                  ReplicaFetchEntry.class,
                  ReplicaFetched.class,
                  ReplicaFetchedResult.class))
          .collect(Collectors.toMap(Class::getName, Function.identity()));

  private BusRecords() {}

  @Override
  @SuppressWarnings("rawtypes") // as Avro declares it
  public Class getClass(Schema schema) {
    if (schema.getType() != Schema.Type.RECORD) {
      return super.getClass(schema);
    }
    Class<?> known = CLASSES.get(schema.getFullName());
    if (known == null) {
      throw WireFormatError.of("%s is no record of the bus".formatted(schema.getFullName()));
    }
    return known;
  }
}
