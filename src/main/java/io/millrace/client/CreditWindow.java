package io.millrace.client;

/**
 * How much a consumer lets the broker send: what is under way and what waits here is together at
 * most the window, and no more records than the application has asked for. One batch may exceed it;
 * that is taken off what is granted next.
 *
 * <p>Threading: one thread.
 */
final class CreditWindow {
  private final long windowRecords;
  private final long windowBytes;
  private long grantedRecords; // Not used by the broker yet; below 0 if it has overdrawn.
  private long grantedBytes;
  private long heldRecords; // Here, not delivered yet.
  private long heldBytes;

  /** An amount of credit; both 0 for none. */
  record Grant(long records, long bytes) {
    static final Grant NONE = new Grant(0, 0);

    boolean isNone() {
      return records == 0 && bytes == 0;
    }
  }

  CreditWindow(long windowRecords, long windowBytes) {
    this.windowRecords = windowRecords;
    this.windowBytes = windowBytes;
  }

  /** A stream begins without credit. */
  void onNewStream() {
    grantedRecords = 0;
    grantedBytes = 0;
  }

  void onReceived(long records, long bytes) {
    grantedRecords -= records;
    grantedBytes -= bytes;
    heldRecords += records;
    heldBytes += bytes;
  }

  /** Something that was received is not held any more: delivered, or dropped. */
  void onGone(long records, long bytes) {
    heldRecords -= records;
    heldBytes -= bytes;
  }

  /**
   * What to grant now; nothing as long as it is less than half of what there could be, so that a
   * record is not answered with a message.
   *
   * @param demand records that the application has asked for, 0 or more
   */
  Grant next(long demand) {
    if (demand <= 0) {
      return Grant.NONE;
    }
    long wantedRecords = Math.min(windowRecords, demand);
    long records = wantedRecords - grantedRecords - heldRecords;
    long bytes = windowBytes - grantedBytes - heldBytes;
    boolean worthwhile = 2 * records >= wantedRecords || 2 * bytes >= windowBytes;
    if (!worthwhile || (records <= 0 && bytes <= 0)) {
      return Grant.NONE;
    }
    Grant grant = new Grant(Math.max(0, records), Math.max(0, bytes));
    grantedRecords += grant.records();
    grantedBytes += grant.bytes();
    return grant;
  }

  long heldBytes() {
    return heldBytes;
  }
}
