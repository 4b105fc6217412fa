package io.millrace.bus;

/** The kinds of frames between nodes; their numbers are for ever. */
enum WireKind {
<<<<<<< HEAD
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

  /** In the place of a message that its sender could not write. */
  VOID(127);
=======
  MAIL(0, false),
  APPEND(1, true),
  READ(2, true),
  FORGET(3, true),
  FIND_OFFSETS(4, true),
  DELETE_RECORDS(5, true),
  DESCRIBE_LOGS(6, true),
<<<<<<< HEAD
  CONTROLLER_QUESTION(40, true),
  CONTROLLER_ANSWER(41, false),
  CONTROLLER_REFUSAL(42, false),
=======
  REPLICA_FETCH(60, true),
  REPLICA_FETCHED(61, false),
>>>>>>> 25c0b25 (Draft how replica fetches travel between nodes)
  APPENDED(64, false),
  READ_DONE(65, false),
  WOKEN(66, false),
  OFFSETS_FOUND(67, false),
  RECORDS_DELETED(68, false),
  LOGS_DESCRIBED(69, false);
>>>>>>> 363f92a (Draft the controller of a cluster: sessions, elections, placement, reassignment)

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
