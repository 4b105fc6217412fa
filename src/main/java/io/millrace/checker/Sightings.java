package io.millrace.checker;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which value anybody read where: {@code places(values(place)) == place}, for every place. */
final class Sightings {
  private final Violations violations;
  private final Map<Place, String> values = new HashMap<>();
  private final Map<String, Place> places = new HashMap<>();
  private boolean idempotent = true;

  Sightings(Violations violations) {
    this.violations = violations;
  }

  void onRun(HistoryEvent.Run run) {
    idempotent = run.idempotent();
  }

  void on(String reader, Place place, String value) {
    String before = values.putIfAbsent(place, value);
    if (before != null && !before.equals(value)) {
      violations.add(
          Rule.TWO_VALUES_AT_ONE_OFFSET,
          place + " is " + value + " for " + reader + " and was " + before);
    }
    Place other = places.putIfAbsent(value, place);
    if (other != null && !other.equals(place) && idempotent) {
      violations.add(Rule.VALUE_AT_TWO_OFFSETS, value + " is at " + other + " and at " + place);
    }
  }

  /** Where the value was seen first; null if nobody saw it. */
  @Nullable Place placeOf(String value) {
    return places.get(value);
  }

  Set<String> all() {
    return places.keySet();
  }
}
