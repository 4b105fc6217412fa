package io.millrace.model;

/**
 * Every error that a client can be told about. The {@link #id() id} is stable for ever: it travels
 * in the stream protocol, in HTTP bodies and in exit texts, and each edge maps it once to its own
 * world.
 */
public enum ErrorCode {
  NONE(0, false, "No error."),
  UNKNOWN_SERVER_ERROR(
      1, false, "The server met an error that it did not expect; its log has the cause."),
  INVALID_TOPIC(
      2,
      false,
      "The topic name is not valid: 1 to 249 of [A-Za-z0-9._-], and neither '.' nor '..'."),
  UNKNOWN_TOPIC_OR_PARTITION(3, true, "This server does not host the topic or partition."),
  TOPIC_ALREADY_EXISTS(4, false, "A topic of this name exists."),
  INVALID_PARTITIONS(5, false, "The number of partitions is out of range."),
  INVALID_REPLICATION_FACTOR(
      6, false, "The replication factor is larger than the number of brokers, or below 1."),
  INVALID_CONFIG(7, false, "A setting has an unknown name or a value out of range."),
  INVALID_REQUEST(8, false, "The request is malformed or contradicts itself."),
  UNSUPPORTED_VERSION(9, false, "The protocol version is not one that this server speaks."),
  CORRUPT_MESSAGE(
      10, true, "The record batch's checksum or structure is wrong; it was damaged on its way."),
  MESSAGE_TOO_LARGE(11, false, "The record batch is larger than the topic's max.message.bytes."),
  INVALID_RECORD(12, false, "A record breaks a rule of its topic."),
  INVALID_TIMESTAMP(13, false, "A record's timestamp is outside the bounds that its topic sets."),
  OFFSET_OUT_OF_RANGE(
      14, false, "The offset is below the log start offset or above the log end offset."),
  NOT_LEADER_OR_FOLLOWER(15, true, "This broker does not lead the partition."),
  FENCED_LEADER_EPOCH(16, true, "The leader epoch in the request is older than the broker's."),
  UNKNOWN_LEADER_EPOCH(17, true, "The leader epoch in the request is newer than the broker's."),
  LEADER_NOT_AVAILABLE(18, true, "The partition has no leader at the moment."),
  NOT_ENOUGH_REPLICAS(19, true, "Fewer replicas are in sync than min.insync.replicas asks for."),
  REQUEST_TIMED_OUT(20, true, "The request was not answered within its deadline."),
  UNKNOWN_OUTCOME(
      21,
      false,
      "Whether the write took effect is not known; read the log, or use an idempotent producer and resend."),
  THROTTLED(22, true, "A limit of this server is reached; try again a little later."),
  OUT_OF_ORDER_SEQUENCE_NUMBER(
      23, false, "The batch's first sequence is not the next one of its producer."),
  DUPLICATE_SEQUENCE_NUMBER(
      24, false, "The batch was appended earlier, too long ago to tell its offset."),
  INVALID_PRODUCER_EPOCH(25, false, "A newer instance of this producer has taken over."),
  UNKNOWN_PRODUCER_ID(26, false, "The producer id is not known to the partition."),
  STORAGE_ERROR(
      27,
      true,
      "The partition's disk failed; the partition is offline until the disk is repaired."),
  DISK_FULL(28, true, "The disk is full; writes are refused and reads go on until there is space."),
  UNSUPPORTED_COMPRESSION_TYPE(
      29, false, "The compression type is not one of none, gzip, snappy, lz4, zstd."),
  POLICY_VIOLATION(
      30, false, "The request is well-formed but this server's settings do not allow it."),
  SHUTTING_DOWN(31, true, "The server is stopping; connect to another node or again in a moment."),
  FRAME_TOO_LARGE(32, false, "The frame is larger than the limit of this listener."),
  UNKNOWN_MESSAGE(33, false, "The message's type is not one that this server knows."),
  UNKNOWN_STREAM(34, false, "The stream id was never opened on this connection, or is closed."),
  INVALID_RESUME_TOKEN(35, false, "The resume token was not made by this cluster or is damaged."),
  INVALID_START_OFFSET(36, false, "The position to start from is not understood."),
  LIMIT_EXCEEDED(37, false, "The connection asked for more than a limit of this server allows."),
  IDLE_TIMEOUT(38, true, "Nothing came over the connection for too long."),
  HOST_NOT_ALLOWED(
      39, false, "The Host header is neither loopback nor listed in http.allowed.hosts."),
  ORIGIN_NOT_ALLOWED(
      40, false, "The Origin header is neither this host nor listed in http.allowed.origins."),
  UNSUPPORTED_MEDIA_TYPE(41, false, "The Content-Type is not one that this resource reads."),
  NOT_FOUND(42, false, "There is no such resource."),
  CLUSTER_ID_MISMATCH(43, false, "The data directory or client belongs to another cluster."),
  DATA_DIRECTORY_IN_USE(44, false, "Another process holds the data directory's lock."),
  CONNECTION_LOST(45, true, "The connection to the broker was lost."),
  BUFFER_EXHAUSTED(
      46, true, "The producer's buffer.memory is full and stayed so for max.block.ms."),
  CLOSED(47, false, "The client, stream or log is closed."),
  DATA_DIRECTORY_INVALID(
      48, false, "The data directory is missing, not usable, or of an unknown version."),
  UNKNOWN_TOPIC_ID(49, true, "This server does not host a topic of this id."),
  INVALID_GROUP_ID(50, false, "The group id is empty, too long, or of a kind that is not served."),
  GROUP_ID_NOT_FOUND(51, false, "There is no group of this id."),
  NON_EMPTY_GROUP(52, false, "The group has members; stop them first."),
  GROUP_MAX_SIZE_REACHED(53, false, "The group has as many members as group.max.size allows."),
  GROUP_SUBSCRIBED_TO_TOPIC(54, false, "A member of the group is subscribed to the topic."),
  COORDINATOR_NOT_AVAILABLE(55, true, "The group has no coordinator at the moment."),
  COORDINATOR_LOAD_IN_PROGRESS(56, true, "The coordinator is still loading the group."),
  NOT_COORDINATOR(57, true, "This broker does not coordinate the group."),
  MEMBER_ID_REQUIRED(58, true, "Join again with the member id in the answer."),
  UNKNOWN_MEMBER_ID(59, false, "The member is not in the group, or no longer: join again."),
  ILLEGAL_GENERATION(60, false, "The generation is not the group's: join again."),
  REBALANCE_IN_PROGRESS(61, true, "The group is rebalancing: join again."),
  INCONSISTENT_GROUP_PROTOCOL(
      62, false, "The group has another protocol type, or no strategy in common with the member."),
  INVALID_SESSION_TIMEOUT(
      63, false, "The session timeout is outside group.min/max.session.timeout.ms."),
  FENCED_INSTANCE_ID(64, false, "Another member has taken over this group.instance.id."),
  UNRELEASED_INSTANCE_ID(65, true, "A member with this group.instance.id is still in the group."),
  FENCED_MEMBER_EPOCH(66, false, "The member's epoch is not the one that the server has."),
  STALE_MEMBER_EPOCH(67, true, "The member has a newer epoch: heartbeat, then try again."),
  UNSUPPORTED_ASSIGNOR(68, false, "The assignor is not one of group.consumer.assignors."),
  INVALID_REGULAR_EXPRESSION(69, false, "The pattern is not a valid RE2 expression."),
  OFFSET_METADATA_TOO_LARGE(
      70, false, "The text with the offset is longer than offset.metadata.max.bytes."),
  APPEND_CONDITION_FAILED(
      71, false, "The log is not at the leader epoch and end offset that the append is meant for."),
  MEMBER_TOO_SLOW(
      72, false, "The client neither acknowledged nor committed within max.poll.interval.ms."),
  NOT_CONTROLLER(73, true, "This node is not the controller of its cluster."),
  STALE_BROKER_EPOCH(74, true, "The broker has registered anew since, or must do so."),
  DUPLICATE_BROKER_REGISTRATION(
      75, true, "A broker of this number is running with another data directory."),
  INVALID_UPDATE_VERSION(76, true, "The partition has changed since; look at it again."),
  INELIGIBLE_REPLICA(77, true, "The replica's broker is fenced, drained or registered anew."),
  INVALID_REPLICA_ASSIGNMENT(
      78, false, "The replicas are none, named twice, or not all brokers of the cluster."),
  NO_REASSIGNMENT_IN_PROGRESS(79, false, "The partition's replicas are not being changed."),
  ELECTION_NOT_NEEDED(80, false, "The partition has the leader that it should have."),
  PREFERRED_LEADER_NOT_AVAILABLE(81, true, "The preferred leader is not in sync, or not there."),
  ELIGIBLE_LEADERS_NOT_AVAILABLE(82, true, "No replica that could lead is there."),
  BROKER_NOT_FOUND(83, false, "The cluster has no broker of this number."),
  OFFSET_NOT_AVAILABLE(84, true, "The replica that was asked does not have the offset yet.");

  private final int id;
  private final boolean retriable;
  private final String sentence;

  ErrorCode(int id, boolean retriable, String sentence) {
    this.id = id;
    this.retriable = retriable;
    this.sentence = sentence;
  }

  /** The stable number of this error, 0 for none. */
  public int id() {
    return id;
  }

  /** Whether the same request may succeed later without a change by the caller. */
  public boolean retriable() {
    return retriable;
  }

  /** One sentence for people. */
  public String sentence() {
    return sentence;
  }

  /** The error of this id; {@link #UNKNOWN_SERVER_ERROR} for an id that a newer server made up. */
  public static ErrorCode of(int id) {
    return id >= 0 && id < BY_ID.length ? BY_ID[id] : UNKNOWN_SERVER_ERROR;
  }

  private static final ErrorCode[] BY_ID = indexById();

  private static ErrorCode[] indexById() {
    ErrorCode[] byId = new ErrorCode[values().length];
    for (ErrorCode code : values()) {
      if (byId[code.id] != null) {
        throw new IllegalStateException("two errors with id " + code.id);
      }
      byId[code.id] = code;
    }
    return byId;
  }
}
