package io.millrace.checker;

/** What the events are called in a file. */
final class HistoryNames {
  private HistoryNames() {}

  static String nameOf(HistoryEvent event) {
    if (event instanceof HistoryEvent.Run) {
      return "run";
    } else if (event instanceof HistoryEvent.Sent) {
      return "sent";
    } else if (event instanceof HistoryEvent.Acked) {
      return "acked";
    } else if (event instanceof HistoryEvent.Failed) {
      return "failed";
    } else if (event instanceof HistoryEvent.Unknown) {
      return "unknown";
    } else if (event instanceof HistoryEvent.Began) {
      return "began";
    } else if (event instanceof HistoryEvent.Polled) {
      return "polled";
    } else if (event instanceof HistoryEvent.Gap) {
      return "gap";
    } else if (event instanceof HistoryEvent.Committed) {
      return "committed";
    } else if (event instanceof HistoryEvent.Ended) {
      return "ended";
    } else {
      return event instanceof HistoryEvent.Replica ? "replica" : "note";
    }
  }
}
