package io.millrace.model.config;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * An immutable, fully checked set of values for a known list of settings; what was not given has
 * its default.
 */
public final class SettingValues {
  private final Map<String, Setting<?>> known;
  private final Map<String, String> given;
  private final Map<String, Object> values;

  private SettingValues(Map<String, Setting<?>> known, Map<String, String> given) {
    this.known = known;
    this.given = Map.copyOf(given);
    Map<String, Object> parsed = new LinkedHashMap<>();
    given.forEach((name, text) -> parsed.put(name, settingNamed(known, name).parse(text)));
    this.values = Map.copyOf(parsed);
  }

  /**
   * Reads values as users write them.
   *
   * @throws StreamException INVALID_CONFIG for an unknown name or an unreadable value
   */
  public static SettingValues of(Collection<Setting<?>> known, Map<String, String> given) {
    Map<String, Setting<?>> byName = new TreeMap<>();
    for (Setting<?> setting : known) {
      if (byName.put(setting.name(), setting) != null) {
        throw new IllegalStateException("two settings named " + setting.name());
      }
    }
    return new SettingValues(byName, given);
  }

  /** Values for the same settings, of which only these are given. */
  SettingValues onlyWith(Map<String, String> otherGiven) {
    return new SettingValues(known, otherGiven);
  }

  private static Setting<?> settingNamed(Map<String, Setting<?>> known, String name) {
    Setting<?> setting = known.get(name);
    if (setting == null) {
      List<String> similar = SimilarNames.to(name, known.keySet());
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          "there is no setting '"
              + name
              + "'"
              + (similar.isEmpty() ? "" : "; did you mean " + String.join(", ", similar) + "?"));
    }
    return setting;
  }

  /** The value of a setting: as given, else its default. */
  @SuppressWarnings("unchecked") // the map holds for each name what its Setting<T> parsed
  public <T> T get(Setting<T> setting) {
    Setting<?> mine = known.get(setting.name());
    if (mine != setting) {
      throw new IllegalArgumentException(setting.name() + " is not one of these settings");
    }
    Object value = values.get(setting.name());
    return value == null ? setting.defaultValue() : (T) Objects.requireNonNull(value);
  }

  /** What was given, as it was written. */
  public Map<String, String> given() {
    return given;
  }

  /**
   * A copy in which these given texts replace or extend the given ones; an empty text takes a
   * setting back to its default.
   */
  public SettingValues with(Map<String, String> changes) {
    Map<String, String> next = new LinkedHashMap<>(given);
    changes.forEach(
        (name, text) -> {
          settingNamed(known, name);
          if (text.isEmpty()) {
            next.remove(name);
          } else {
            next.put(name, text);
          }
        });
    return new SettingValues(known, next);
  }

  /** All the known settings by name, in order. */
  public Collection<Setting<?>> settings() {
    return known.values();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SettingValues that
        && given.equals(that.given)
        && known.keySet().equals(that.known.keySet());
  }

  @Override
  public int hashCode() {
    return given.hashCode();
  }

  @Override
  public String toString() {
    return given.toString();
  }
}
