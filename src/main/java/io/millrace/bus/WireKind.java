package io.millrace.bus;

/** The kinds of frames between nodes; their numbers are for ever. */
enum WireKind {
  /** Replies for one loop. */
  MAIL(0),

  // Requests to shards, and their replies.
  APPEND(1),
  READ(2),
  FORGET(3),
  FIND_OFFSETS(4),
  DELETE_RECORDS(5),
  DESCRIBE_LOGS(6),
  APPENDED(64),
  READ_DONE(65),
  WOKEN(66),
  OFFSETS_FOUND(67),
  RECORDS_DELETED(68),
  LOGS_DESCRIBED(69),

  // Who a node is.
  HELLO(70),
  HELLO_ANSWER(71),

  // Group coordinators.
  COORDINATOR_QUESTION(72),
  COORDINATOR_ANSWER(73),

  // The controller.
  CONTROLLER_QUESTION(74),
  CONTROLLER_ANSWER(75),
  CONTROLLER_REFUSAL(76),

  // Followers of partitions.
  REPLICA_FETCH(77),
  REPLICA_FETCHED(78),

  // The metadata log.
  RAFT_MAIL(80),
  METADATA_FETCH(81),
  METADATA_FETCHED(82),

  /** In the place of a message that its sender could not write. */
  VOID(127);

  private final int id;

  WireKind(int id) {
    this.id = id;
  }

  int id() {
    return id;
  }

  static WireKind of(int id) {
    for (WireKind kind : values()) {
      if (kind.id == id) {
        return kind;
      }
    }
    throw WireFormatError.of("unknown kind %s".formatted(id));
  }
}
