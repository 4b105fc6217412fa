package io.millrace.checker;

import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was sent and how each send ended. */
final class Sends {
  /** How a send ended; one without an answer is as good as unknown. */
  enum End {
    UNKNOWN,
    ACKED,
    FAILED
  }

  /** A value and its fate. */
  static final class Send {
    private final HistoryEvent.Sent sent;
    private boolean ended;
    private End end = End.UNKNOWN;
    private @Nullable Place place;

    private Send(HistoryEvent.Sent sent) {
      this.sent = sent;
    }

    String value() {
      return sent.value();
    }

    String producer() {
      return sent.producer();
    }

    long sequence() {
      return sent.sequence();
    }

    End end() {
      return end;
    }

    /** Where the acknowledgement said that it is; null if there is none, or it did not say. */
    @Nullable Place place() {
      return place;
    }
  }

  private final Violations violations;
  private final Map<String, Send> byValue = new LinkedHashMap<>();
  private final Map<Place, String> ackedAt = new LinkedHashMap<>();
  private final Map<End, Long> ends = new EnumMap<>(End.class);

  Sends(Violations violations) {
    this.violations = violations;
  }

  void onSent(HistoryEvent.Sent sent) {
    if (byValue.putIfAbsent(sent.value(), new Send(sent)) != null) {
      violations.add(Rule.BAD_HISTORY, "the value " + sent.value() + " was sent twice");
    }
  }

  void onAcked(HistoryEvent.Acked acked) {
    Send send = end(acked.value(), End.ACKED);
    if (send == null || acked.offset() < 0) {
      return;
    }
    Place place = new Place(acked.partition(), acked.offset());
    send.place = place;
    String other = ackedAt.putIfAbsent(place, acked.value());
    if (other != null) {
      violations.add(
          Rule.TWO_VALUES_AT_ONE_OFFSET,
          place + " was acknowledged to " + other + " and to " + acked.value());
    }
    if (send.sent.partition() >= 0 && send.sent.partition() != acked.partition()) {
      violations.add(
          Rule.ACKED_ELSEWHERE,
          acked.value()
              + " was sent to partition "
              + send.sent.partition()
              + " and is in "
              + place);
    }
  }

  void onFailed(String value) {
    end(value, End.FAILED);
  }

  void onUnknown(String value) {
    end(value, End.UNKNOWN);
  }

  private @Nullable Send end(String value, End end) {
    Send send = byValue.get(value);
    if (send == null || send.ended) {
      violations.add(
          Rule.BAD_HISTORY,
          value + " ended " + end + (send == null ? " and was never sent" : " once more"));
      return null;
    }
    send.ended = true;
    send.end = end;
    ends.merge(end, 1L, Long::sum);
    return send;
  }

  @Nullable Send of(String value) {
    return byValue.get(value);
  }

  Collection<Send> all() {
    return byValue.values();
  }

  long count(End end) {
    return ends.getOrDefault(end, 0L);
  }
}
