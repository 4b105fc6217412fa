package io.millrace.checker;

import io.millrace.checker.Sends.End;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds a history against every {@link Rule}. Events are given in the order of the history, then
 * {@link #finish} says what does not hold. The same events give the same answer.
 *
 * <p>Everything is kept in memory: about 500 bytes a record.
 *
 * <p>Threading: one thread.
 */
public final class Checker {
  private final Violations violations = new Violations();
  private final Sends sends = new Sends(violations);
  private final Sightings sightings = new Sightings(violations);
  private final ReadingOrder readingOrder = new ReadingOrder(violations);
  private final FinalLog finalLog = new FinalLog(violations);
  private final GroupPositions groups = new GroupPositions(violations);
  private final ReplicaLogs replicas = new ReplicaLogs(violations);
  private final AckTimes ackTimes = new AckTimes();
  private HistoryEvent.@Nullable Run run;
  private long polledRecords;

  /** The report on a whole history. */
  public static CheckReport check(List<HistoryEvent> history) {
    Checker checker = new Checker();
    history.forEach(checker::accept);
    return checker.finish();
  }

  /** The next event. */
  public void accept(HistoryEvent event) {
    if (event instanceof HistoryEvent.Run begins) {
      begin(begins);
    } else if (event instanceof HistoryEvent.Sent sent) {
      sends.onSent(sent);
      ackTimes.onSent(sent);
    } else if (event instanceof HistoryEvent.Acked acked) {
      sends.onAcked(acked);
      ackTimes.onAcked(acked);
    } else if (event instanceof HistoryEvent.Failed failed) {
      sends.onFailed(failed.value());
    } else if (event instanceof HistoryEvent.Unknown unknown) {
      sends.onUnknown(unknown.value());
    } else {
      acceptSeen(event);
    }
  }

  private void begin(HistoryEvent.Run begins) {
    if (run != null) {
      violations.add(Rule.BAD_HISTORY, "it begins twice");
    }
    run = begins;
    sightings.onRun(begins);
  }

  private void acceptSeen(HistoryEvent event) {
    if (event instanceof HistoryEvent.Began began) {
      readingOrder.onBegan(began);
      groups.onBegan(began);
    } else if (event instanceof HistoryEvent.Polled polled) {
      polled.records().forEach(record -> read(polled, record));
    } else if (event instanceof HistoryEvent.Gap gap) {
      readingOrder.onGap(gap);
    } else if (event instanceof HistoryEvent.Committed committed) {
      groups.onCommitted(committed);
    } else if (event instanceof HistoryEvent.Ended ended) {
      finalLog.onEnded(ended);
    } else if (event instanceof HistoryEvent.Replica replica) {
      replicas.on(replica);
    }
  }

  private void read(HistoryEvent.Polled polled, HistoryEvent.ReadRecord record) {
    Place place = new Place(polled.partition(), record.offset());
    readingOrder.onRead(polled.reader(), place);
    sightings.on(polled.reader(), place, record.value());
    groups.onRead(polled.reader(), place);
    if (polled.reader().equals(HistoryEvent.FINAL_READER)) {
      finalLog.onRead(place, record.value(), sends, run == null || run.idempotent());
    } else {
      polledRecords++;
    }
  }

  /** The report on everything that was given. */
  public CheckReport finish() {
    HistoryEvent.Run begun = run;
    if (begun == null) {
      violations.add(Rule.BAD_HISTORY, "it does not begin with a run");
    } else {
      finalLog.finish(begun, sends, sightings);
      readingOrder.finish(finalLog);
      groups.finish(finalLog);
      replicas.finish(finalLog);
    }
    ackTimes.finish();
    return new CheckReport(
        violations.counts(),
        violations.examples(),
        new CheckReport.Counts(
            sends.all().size(),
            sends.count(End.ACKED),
            sends.count(End.FAILED),
            sends.all().size() - sends.count(End.ACKED) - sends.count(End.FAILED),
            polledRecords,
            finalLog.records(),
            replicas.replicas()),
        new CheckReport.AckGap(
            ackTimes.longestUs(),
            ackTimes.longestPartition(),
            ackTimes.longestFromUs(),
            ackTimes.anyLongestUs()));
  }
}
