package io.millrace.endpoint.kafka;

import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** What a fetch request reads, by itself or as the next one of a session. */
sealed interface FetchScope {
  /** The session does not allow the request. */
  record Refused(Errors error) implements FetchScope {}

  /** Every partition that the request names, and no session. */
  record Sessionless(List<FetchedPartition> partitions) implements FetchScope {
    public Sessionless {
      partitions = List.copyOf(partitions);
    }
  }

  /**
   * Every partition of a session.
   *
   * @param isIncremental whether only what has news is answered; else everything is, as to the
   *     first request
   * @param partitions in the order in which they are read
   */
  record InSession(FetchSession session, boolean isIncremental, List<FetchedPartition> partitions)
      implements FetchScope {
    public InSession {
      partitions = List.copyOf(partitions);
    }
  }
}
