package io.millrace.model.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All the settings of a broker: those of each area, and for every topic setting the value that
 * topics have on this broker unless they set their own ({@link TopicDefaults}).
 */
public final class BrokerSettings {
  private static final Map<String, List<Setting<?>>> AREAS = areasInOrder();
  private static final List<Setting<?>> ALL =
      AREAS.values().stream().flatMap(List::stream).toList();

  private BrokerSettings() {}

  /** Every setting, area by area. */
  public static List<Setting<?>> all() {
    return ALL;
  }

  /** The settings by area, in the order of {@code conf/server.yaml}; the key is its headline. */
  public static Map<String, List<Setting<?>>> areas() {
    return AREAS;
  }

  /** Checked values of these texts; empty for the defaults. */
  public static SettingValues of(Map<String, String> given) {
    return SettingValues.of(ALL, given);
  }

  /** The setting of this name. */
  public static Optional<Setting<?>> named(String name) {
    return ALL.stream().filter(setting -> setting.name().equals(name)).findFirst();
  }

  /** At most five names that somebody may have meant who wrote this one, likeliest first. */
  public static List<String> similarNames(String wrong) {
    return SimilarNames.to(wrong, ALL.stream().map(Setting::name).toList());
  }

  private static Map<String, List<Setting<?>>> areasInOrder() {
    Map<String, List<Setting<?>>> areas = new LinkedHashMap<>();
    areas.put("The node", ServerSettings.ALL);
    areas.put("The metadata log of a cluster", RaftSettings.ALL);
    areas.put("Listeners and connections", ListenerSettings.ALL);
    areas.put("The cluster", ClusterSettings.ALL);
    areas.put("The Kafka protocol", KafkaSettings.ALL);
    areas.put("Brokers and their controller", ControllerSettings.ALL);
    areas.put("The log", LogSettings.ALL);
    areas.put("Replication", ReplicationSettings.ALL);
    areas.put("Streams", StreamSettings.ALL);
    areas.put("Consumer groups", GroupSettings.ALL);
    areas.put("Group coordinators", CoordinatorSettings.ALL);
    areas.put("What topics have unless they set their own", TopicDefaults.ALL);
    return Collections.unmodifiableMap(areas);
  }
}
