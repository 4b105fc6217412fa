package io.millrace.bus;

/**
 * What is under way to another node is bounded for each lane by itself, so that what keeps the
 * cluster together never waits for records, nor the metadata log for anything.
 */
enum Lane {
  RECORDS(0),

  /** Questions to the controller and their answers, and whoever follows the metadata log. */
  CONTROL(0),

  /** Between members of the metadata log: a message of 1 MiB passes, whatever else is under way. */
  METADATA_LOG(2L * 1024 * 1024);

  private final long leastBytes;

  Lane(long leastBytes) {
    this.leastBytes = leastBytes;
  }

  /** The lane's bound where this is the one for records. */
  long bytes(long recordBytes) {
    return Math.max(recordBytes, leastBytes);
  }

  /** Which one a message takes. */
  static Lane of(BusMessage message) {
    if (message instanceof RaftMail) {
      return METADATA_LOG;
    } else if (message instanceof LoopMail mail) {
      return !mail.replies().isEmpty() && mail.replies().stream().allMatch(Lane::isControl)
          ? CONTROL
          : RECORDS;
    }
    return isControl(message) ? CONTROL : RECORDS;
  }

  private static boolean isControl(BusMessage message) {
    return message instanceof ControllerRequest
        || message instanceof ControllerReply
        || message instanceof HelloRequest
        || message instanceof HelloReply
        || message instanceof MetadataFetchRequest
        || message instanceof MetadataFetchReply;
  }
}
