package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import org.apache.kafka.common.protocol.Errors;

/** Our errors as Kafka's: the only place where they meet. */
final class KafkaErrors {
  private KafkaErrors() {}

  /** The error that a Kafka client is told for this one. */
  static Errors of(ErrorCode code) {
    return switch (code) {
      case NONE -> Errors.NONE;
      case INVALID_TOPIC -> Errors.INVALID_TOPIC_EXCEPTION;
      case UNKNOWN_TOPIC_OR_PARTITION -> Errors.UNKNOWN_TOPIC_OR_PARTITION;
      case TOPIC_ALREADY_EXISTS -> Errors.TOPIC_ALREADY_EXISTS;
      case INVALID_PARTITIONS -> Errors.INVALID_PARTITIONS;
      case INVALID_REPLICATION_FACTOR -> Errors.INVALID_REPLICATION_FACTOR;
      case INVALID_CONFIG -> Errors.INVALID_CONFIG;
      case INVALID_REQUEST, INVALID_START_OFFSET, INVALID_RESUME_TOKEN -> Errors.INVALID_REQUEST;
      case UNSUPPORTED_VERSION, UNKNOWN_MESSAGE -> Errors.UNSUPPORTED_VERSION;
      case CORRUPT_MESSAGE -> Errors.CORRUPT_MESSAGE;
      case MESSAGE_TOO_LARGE, FRAME_TOO_LARGE -> Errors.MESSAGE_TOO_LARGE;
      case INVALID_RECORD -> Errors.INVALID_RECORD;
      case INVALID_TIMESTAMP -> Errors.INVALID_TIMESTAMP;
      case OFFSET_OUT_OF_RANGE -> Errors.OFFSET_OUT_OF_RANGE;
      case NOT_LEADER_OR_FOLLOWER, SHUTTING_DOWN -> Errors.NOT_LEADER_OR_FOLLOWER;
      case FENCED_LEADER_EPOCH -> Errors.FENCED_LEADER_EPOCH;
      case UNKNOWN_LEADER_EPOCH -> Errors.UNKNOWN_LEADER_EPOCH;
      case LEADER_NOT_AVAILABLE -> Errors.LEADER_NOT_AVAILABLE;
      case NOT_ENOUGH_REPLICAS -> Errors.NOT_ENOUGH_REPLICAS;
      // All clients resend after a timeout, and an idempotent one does so safely.
      case REQUEST_TIMED_OUT, UNKNOWN_OUTCOME, THROTTLED -> Errors.REQUEST_TIMED_OUT;
      case OUT_OF_ORDER_SEQUENCE_NUMBER -> Errors.OUT_OF_ORDER_SEQUENCE_NUMBER;
      case DUPLICATE_SEQUENCE_NUMBER -> Errors.DUPLICATE_SEQUENCE_NUMBER;
      case INVALID_PRODUCER_EPOCH -> Errors.INVALID_PRODUCER_EPOCH;
      case UNKNOWN_PRODUCER_ID -> Errors.UNKNOWN_PRODUCER_ID;
      case STORAGE_ERROR, DISK_FULL -> Errors.KAFKA_STORAGE_ERROR;
      case UNSUPPORTED_COMPRESSION_TYPE -> Errors.UNSUPPORTED_COMPRESSION_TYPE;
      case POLICY_VIOLATION, LIMIT_EXCEEDED, HOST_NOT_ALLOWED, ORIGIN_NOT_ALLOWED ->
          Errors.POLICY_VIOLATION;
      case CONNECTION_LOST, CLOSED -> Errors.NETWORK_EXCEPTION;
      case CLUSTER_ID_MISMATCH -> Errors.INCONSISTENT_CLUSTER_ID;
      case UNKNOWN_TOPIC_ID -> Errors.UNKNOWN_TOPIC_ID;
      case UNKNOWN_SERVER_ERROR,
          APPEND_CONDITION_FAILED,
          MEMBER_TOO_SLOW,
          UNKNOWN_STREAM,
          IDLE_TIMEOUT,
          UNSUPPORTED_MEDIA_TYPE,
          NOT_FOUND,
          DATA_DIRECTORY_IN_USE,
          BUFFER_EXHAUSTED,
          DATA_DIRECTORY_INVALID ->
          Errors.UNKNOWN_SERVER_ERROR;
      default -> ofGroups(code);
    };
  }

  /** What coordinators of groups refuse. */
  private static Errors ofGroups(ErrorCode code) {
    return switch (code) {
      case INVALID_GROUP_ID -> Errors.INVALID_GROUP_ID;
      case GROUP_ID_NOT_FOUND -> Errors.GROUP_ID_NOT_FOUND;
      case NON_EMPTY_GROUP -> Errors.NON_EMPTY_GROUP;
      case GROUP_MAX_SIZE_REACHED -> Errors.GROUP_MAX_SIZE_REACHED;
      case GROUP_SUBSCRIBED_TO_TOPIC -> Errors.GROUP_SUBSCRIBED_TO_TOPIC;
      case COORDINATOR_NOT_AVAILABLE -> Errors.COORDINATOR_NOT_AVAILABLE;
      case COORDINATOR_LOAD_IN_PROGRESS -> Errors.COORDINATOR_LOAD_IN_PROGRESS;
      case NOT_COORDINATOR -> Errors.NOT_COORDINATOR;
      case MEMBER_ID_REQUIRED -> Errors.MEMBER_ID_REQUIRED;
      case UNKNOWN_MEMBER_ID -> Errors.UNKNOWN_MEMBER_ID;
      case ILLEGAL_GENERATION -> Errors.ILLEGAL_GENERATION;
      case REBALANCE_IN_PROGRESS -> Errors.REBALANCE_IN_PROGRESS;
      case INCONSISTENT_GROUP_PROTOCOL -> Errors.INCONSISTENT_GROUP_PROTOCOL;
      case INVALID_SESSION_TIMEOUT -> Errors.INVALID_SESSION_TIMEOUT;
      case FENCED_INSTANCE_ID -> Errors.FENCED_INSTANCE_ID;
      case UNRELEASED_INSTANCE_ID -> Errors.UNRELEASED_INSTANCE_ID;
      case FENCED_MEMBER_EPOCH -> Errors.FENCED_MEMBER_EPOCH;
      case STALE_MEMBER_EPOCH -> Errors.STALE_MEMBER_EPOCH;
      case UNSUPPORTED_ASSIGNOR -> Errors.UNSUPPORTED_ASSIGNOR;
      case INVALID_REGULAR_EXPRESSION -> Errors.INVALID_REGULAR_EXPRESSION;
      case OFFSET_METADATA_TOO_LARGE -> Errors.OFFSET_METADATA_TOO_LARGE;
      default -> ofController(code);
    };
  }

  /** What the controller of a cluster refuses. */
  private static Errors ofController(ErrorCode code) {
    return switch (code) {
      case NOT_CONTROLLER -> Errors.NOT_CONTROLLER;
      case STALE_BROKER_EPOCH -> Errors.STALE_BROKER_EPOCH;
      case DUPLICATE_BROKER_REGISTRATION -> Errors.DUPLICATE_BROKER_REGISTRATION;
      case INVALID_UPDATE_VERSION -> Errors.INVALID_UPDATE_VERSION;
      case INELIGIBLE_REPLICA -> Errors.INELIGIBLE_REPLICA;
      case INVALID_REPLICA_ASSIGNMENT -> Errors.INVALID_REPLICA_ASSIGNMENT;
      case NO_REASSIGNMENT_IN_PROGRESS -> Errors.NO_REASSIGNMENT_IN_PROGRESS;
      case ELECTION_NOT_NEEDED -> Errors.ELECTION_NOT_NEEDED;
      case PREFERRED_LEADER_NOT_AVAILABLE -> Errors.PREFERRED_LEADER_NOT_AVAILABLE;
      case ELIGIBLE_LEADERS_NOT_AVAILABLE -> Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE;
      case BROKER_NOT_FOUND -> Errors.BROKER_ID_NOT_REGISTERED;
      case OFFSET_NOT_AVAILABLE -> Errors.OFFSET_NOT_AVAILABLE;
      default -> Errors.UNKNOWN_SERVER_ERROR;
    };
  }

  /** The error that a Kafka client is told for a failure of any kind. */
  static Errors of(Throwable failure) {
    return failure instanceof StreamException known
        ? of(known.code())
        : Errors.forException(failure);
  }

  /**
   * The error of a batch. One whose leader stops leading before it is committed may be written or
   * not; Kafka says then that another leads, so that the client looks for that one at once. Of a
   * timeout it would think that the same broker was slow.
   *
   * @param isLate whether the time is over that the client gave
   */
  static Errors ofProduce(ErrorCode code, boolean isLate) {
    return code == ErrorCode.UNKNOWN_OUTCOME && !isLate ? Errors.NOT_LEADER_OR_FOLLOWER : of(code);
  }
}
