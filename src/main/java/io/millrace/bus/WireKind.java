package io.millrace.bus;

/** The kinds of frames between nodes; their numbers are for ever. */
enum WireKind {
  MAIL(0, false),
  APPEND(1, true),
  READ(2, true),
  FORGET(3, true),
  FIND_OFFSETS(4, true),
  DELETE_RECORDS(5, true),
  DESCRIBE_LOGS(6, true),
  REPLICA_FETCH(60, true),
  REPLICA_FETCHED(61, false),
  APPENDED(64, false),
  READ_DONE(65, false),
  WOKEN(66, false),
  OFFSETS_FOUND(67, false),
  RECORDS_DELETED(68, false),
  LOGS_DESCRIBED(69, false);

  private final int id;
  private final boolean request;

  WireKind(int id, boolean request) {
    this.id = id;
    this.request = request;
  }

  int id() {
    return id;
  }

  boolean isRequest() {
    return request;
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
