package io.millrace.model.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What topics of this broker have where they set nothing of their own: the broker's {@code
 * topic.defaults.<name>} settings, one for each topic setting.
 *
 * <p>The cluster's image holds only what a topic sets itself; whoever opens a partition asks {@link
 * #effective} for the values to work with.
 */
public final class TopicDefaults {
  private static final String PREFIX = "topic.defaults.";

  static final List<Setting<?>> ALL =
      TopicSettings.all().stream().<Setting<?>>map(TopicDefaults::brokerWide).toList();

  private final Map<String, String> given;

  private TopicDefaults(Map<String, String> given) {
    this.given = given;
  }

  /** Those among a broker's settings. */
  public static TopicDefaults of(SettingValues brokerSettings) {
    Map<String, String> given = new HashMap<>();
    brokerSettings
        .given()
        .forEach(
            (name, text) -> {
              if (name.startsWith(PREFIX)) {
                given.put(name.substring(PREFIX.length()), text);
              }
            });
    return new TopicDefaults(Map.copyOf(given));
  }

  /** The topic's own values, then the broker's, then the built-in defaults. */
  public SettingValues effective(SettingValues topicSettings) {
    if (given.isEmpty()) {
      return topicSettings;
    }
    Map<String, String> merged = new HashMap<>(given);
    merged.putAll(topicSettings.given());
    return TopicSettings.of(merged);
  }

  private static <T> Setting<T> brokerWide(Setting<T> topicSetting) {
    return topicSetting.renamed(PREFIX + topicSetting.name());
  }
}
