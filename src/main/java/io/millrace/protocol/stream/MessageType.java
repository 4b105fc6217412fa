package io.millrace.protocol.stream;

import io.millrace.protocol.stream.message.AlterTopic;
import io.millrace.protocol.stream.message.Assigned;
import io.millrace.protocol.stream.message.CaughtUp;
import io.millrace.protocol.stream.message.ClusterDescribed;
import io.millrace.protocol.stream.message.ClusterRebalanced;
import io.millrace.protocol.stream.message.Commit;
import io.millrace.protocol.stream.message.Committed;
import io.millrace.protocol.stream.message.CreatePartitions;
import io.millrace.protocol.stream.message.CreateTopic;
import io.millrace.protocol.stream.message.Credit;
import io.millrace.protocol.stream.message.DeleteGroup;
import io.millrace.protocol.stream.message.DeleteOffsets;
import io.millrace.protocol.stream.message.DeleteRecords;
import io.millrace.protocol.stream.message.DeleteTopic;
import io.millrace.protocol.stream.message.DescribeCluster;
import io.millrace.protocol.stream.message.DescribeGroup;
import io.millrace.protocol.stream.message.DrainNode;
import io.millrace.protocol.stream.message.FetchOffsets;
import io.millrace.protocol.stream.message.Gap;
import io.millrace.protocol.stream.message.GetMetadata;
import io.millrace.protocol.stream.message.GetPosition;
import io.millrace.protocol.stream.message.Goaway;
import io.millrace.protocol.stream.message.GroupDeleted;
import io.millrace.protocol.stream.message.GroupDescribed;
import io.millrace.protocol.stream.message.GroupsListed;
import io.millrace.protocol.stream.message.Hello;
import io.millrace.protocol.stream.message.InitProducer;
import io.millrace.protocol.stream.message.ListGroups;
import io.millrace.protocol.stream.message.ListOffsets;
import io.millrace.protocol.stream.message.MetadataReply;
import io.millrace.protocol.stream.message.NodeChanged;
import io.millrace.protocol.stream.message.OffsetsDeleted;
import io.millrace.protocol.stream.message.OffsetsFetched;
import io.millrace.protocol.stream.message.OffsetsListed;
import io.millrace.protocol.stream.message.OffsetsReset;
import io.millrace.protocol.stream.message.Pause;
import io.millrace.protocol.stream.message.Ping;
import io.millrace.protocol.stream.message.Pong;
import io.millrace.protocol.stream.message.PositionReply;
import io.millrace.protocol.stream.message.Produce;
import io.millrace.protocol.stream.message.ProduceRecords;
import io.millrace.protocol.stream.message.Produced;
import io.millrace.protocol.stream.message.ProducerInitialized;
import io.millrace.protocol.stream.message.RebalanceCluster;
import io.millrace.protocol.stream.message.Records;
import io.millrace.protocol.stream.message.RecordsDeleted;
import io.millrace.protocol.stream.message.Released;
import io.millrace.protocol.stream.message.ResetOffsets;
import io.millrace.protocol.stream.message.Resume;
import io.millrace.protocol.stream.message.Revoked;
import io.millrace.protocol.stream.message.Seek;
import io.millrace.protocol.stream.message.Sought;
import io.millrace.protocol.stream.message.Subscribe;
import io.millrace.protocol.stream.message.Subscribed;
import io.millrace.protocol.stream.message.Throttle;
import io.millrace.protocol.stream.message.TopicChanged;
import io.millrace.protocol.stream.message.Unsubscribe;
import io.millrace.protocol.stream.message.Unsubscribed;
import io.millrace.protocol.stream.message.Welcome;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * The messages of protocol version 1. A message is known by its Avro fingerprint in binary and by
 * its lowerCamel name in JSON.
 */
@SuppressWarnings("ImmutableEnumChecker") // Schemas are never changed after their class is loaded.
public enum MessageType {
  HELLO(Hello::new),
  WELCOME(Welcome::new),
  INIT_PRODUCER(InitProducer::new),
  PRODUCER_INITIALIZED(ProducerInitialized::new),
  PRODUCE(Produce::new),
  PRODUCE_RECORDS(ProduceRecords::new),
  PRODUCED(Produced::new),
  SUBSCRIBE(Subscribe::new),
  SUBSCRIBED(Subscribed::new),
  CREDIT(Credit::new),
  RECORDS(Records::new),
  CAUGHT_UP(CaughtUp::new),
  GAP(Gap::new),
  PAUSE(Pause::new),
  RESUME(Resume::new),
  SEEK(Seek::new),
  SOUGHT(Sought::new),
  GET_POSITION(GetPosition::new),
  POSITION_REPLY(PositionReply::new),
  UNSUBSCRIBE(Unsubscribe::new),
  UNSUBSCRIBED(Unsubscribed::new),
  GET_METADATA(GetMetadata::new),
  METADATA_REPLY(MetadataReply::new),
  LIST_OFFSETS(ListOffsets::new),
  OFFSETS_LISTED(OffsetsListed::new),
  CREATE_TOPIC(CreateTopic::new),
  DELETE_TOPIC(DeleteTopic::new),
  ALTER_TOPIC(AlterTopic::new),
  CREATE_PARTITIONS(CreatePartitions::new),
  TOPIC_CHANGED(TopicChanged::new),
  DELETE_RECORDS(DeleteRecords::new),
  RECORDS_DELETED(RecordsDeleted::new),
  COMMIT(Commit::new),
  COMMITTED(Committed::new),
  ASSIGNED(Assigned::new),
  REVOKED(Revoked::new),
  RELEASED(Released::new),
  LIST_GROUPS(ListGroups::new),
  GROUPS_LISTED(GroupsListed::new),
  DESCRIBE_GROUP(DescribeGroup::new),
  GROUP_DESCRIBED(GroupDescribed::new),
  FETCH_OFFSETS(FetchOffsets::new),
  OFFSETS_FETCHED(OffsetsFetched::new),
  RESET_OFFSETS(ResetOffsets::new),
  OFFSETS_RESET(OffsetsReset::new),
  DELETE_OFFSETS(DeleteOffsets::new),
  OFFSETS_DELETED(OffsetsDeleted::new),
  DELETE_GROUP(DeleteGroup::new),
  GROUP_DELETED(GroupDeleted::new),
  DESCRIBE_CLUSTER(DescribeCluster::new),
  CLUSTER_DESCRIBED(ClusterDescribed::new),
  DRAIN_NODE(DrainNode::new),
  NODE_CHANGED(NodeChanged::new),
  REBALANCE_CLUSTER(RebalanceCluster::new),
  CLUSTER_REBALANCED(ClusterRebalanced::new),
  PING(Ping::new),
  PONG(Pong::new),
  THROTTLE(Throttle::new),
  GOAWAY(Goaway::new),
  ERROR(io.millrace.protocol.stream.message.Error::new);

  private static final Map<Long, MessageType> BY_FINGERPRINT = index(MessageType::fingerprint);
  private static final Map<String, MessageType> BY_NAME = index(MessageType::jsonName);
  private static final Map<Class<?>, MessageType> BY_CLASS =
      index(type -> type.newMessage().getClass());

  private final Supplier<SpecificRecordBase> constructor;
  private final Schema schema;
  private final long fingerprint;
  private final String jsonName;

  MessageType(Supplier<SpecificRecordBase> constructor) {
    this.constructor = constructor;
    this.schema = constructor.get().getSchema();
    this.fingerprint = SchemaNormalization.parsingFingerprint64(schema);
    String name = schema.getName();
    this.jsonName = Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  private static <K> Map<K, MessageType> index(Function<MessageType, K> key) {
    Map<K, MessageType> indexed = new HashMap<>();
    for (MessageType type : values()) {
      if (indexed.put(key.apply(type), type) != null) {
        throw new IllegalStateException("two messages are known by " + key.apply(type));
      }
    }
    return Map.copyOf(indexed);
  }

  /** The schema that version 1 writes. */
  public Schema schema() {
    return schema;
  }

  /** CRC-64-AVRO of the schema's parsing canonical form. */
  public long fingerprint() {
    return fingerprint;
  }

  /** The value of {@code type} in JSON. */
  public String jsonName() {
    return jsonName;
  }

  /** An empty message of this type. */
  SpecificRecordBase newMessage() {
    return constructor.get();
  }

  /** The type of a message object. */
  public static MessageType of(SpecificRecord message) {
    MessageType type = BY_CLASS.get(message.getClass());
    if (type == null) {
      throw new IllegalArgumentException(message.getClass() + " is not a message");
    }
    return type;
  }

  static Optional<MessageType> ofFingerprint(long fingerprint) {
    return Optional.ofNullable(BY_FINGERPRINT.get(fingerprint));
  }

  static Optional<MessageType> ofJsonName(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** All the names, for an error text. */
  static String allNames() {
    return Arrays.stream(values()).map(MessageType::jsonName).collect(Collectors.joining(", "));
  }
}
