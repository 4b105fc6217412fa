package io.millrace.endpoint.session;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;

/**
 * How much a stream may still be sent. One batch may overdraw it; the debt is paid by the next
 * grants.
 *
 * <p>Invariant: each side is at most {@link Long#MAX_VALUE}; adding saturates, so no grant can
 * overflow into debt.
 */
final class Credit {
  private long records;
  private long bytes;

  /**
   * @throws StreamException INVALID_REQUEST if a grant is negative
   */
  void grant(long moreRecords, long moreBytes) {
    if (moreRecords < 0 || moreBytes < 0) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "credit of "
              + moreRecords
              + " records and "
              + moreBytes
              + " bytes: credit is only ever added, 0 or more of each");
    }
    records = saturatedSum(records, moreRecords);
    bytes = saturatedSum(bytes, moreBytes);
  }

  private static long saturatedSum(long credit, long more) {
    long sum = credit + more;
    return credit > 0 && sum < credit ? Long.MAX_VALUE : sum;
  }

  void use(long usedRecords, long usedBytes) {
    records -= usedRecords;
    bytes -= usedBytes;
  }

  /** Whether anything may be sent. */
  boolean isOpen() {
    return records > 0 && bytes > 0;
  }

  /** Whether so much may be sent without debt. */
  boolean covers(long neededRecords, long neededBytes) {
    return records >= neededRecords && bytes >= neededBytes;
  }

  long records() {
    return records;
  }

  long bytes() {
    return bytes;
  }
}
