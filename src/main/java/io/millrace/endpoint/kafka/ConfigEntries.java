package io.millrace.endpoint.kafka;

import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import io.millrace.model.config.TopicDefaults;
import io.millrace.model.config.TopicSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.jspecify.annotations.Nullable;

/**
 * Settings as Kafka describes them: the value in force, where it comes from, and what else there
 * is.
 */
final class ConfigEntries {
  private static final Set<String> SENSITIVE_WORDS = Set.of("password", "secret");

  private final SettingValues broker;
  private final Map<String, String> topicDefaults;

  ConfigEntries(SettingValues broker) {
    this.broker = broker;
    this.topicDefaults = TopicDefaults.of(broker).effective(TopicSettings.of(Map.of())).given();
  }

  /** Every setting of a topic that {@code wanted} names; null names all. */
  List<DescribeConfigsResourceResult> ofTopic(
      SettingValues topic, @Nullable Collection<String> wanted, boolean synonyms, boolean texts) {
    List<DescribeConfigsResourceResult> entries = new ArrayList<>();
    for (Setting<?> setting : topic.settings()) {
      if (isWanted(setting, wanted)) {
        entries.add(entry(setting, topicLevels(setting, topic), false, synonyms, texts));
      }
    }
    return entries;
  }

  /** Every setting of the broker that {@code wanted} names; null names all. They are read-only. */
  List<DescribeConfigsResourceResult> ofBroker(
      @Nullable Collection<String> wanted, boolean synonyms, boolean texts) {
    List<DescribeConfigsResourceResult> entries = new ArrayList<>();
    for (Setting<?> setting : broker.settings()) {
      if (isWanted(setting, wanted)) {
        entries.add(entry(setting, brokerLevels(setting), true, synonyms, texts));
      }
    }
    return entries;
  }

  /** A new topic's settings. */
  List<CreatableTopicConfigs> ofNewTopic(SettingValues topic) {
    List<CreatableTopicConfigs> configs = new ArrayList<>();
    for (Setting<?> setting : topic.settings()) {
      Level inForce = topicLevels(setting, topic).get(0);
      configs.add(
          new CreatableTopicConfigs()
              .setName(setting.name())
              .setValue(inForce.value())
              .setConfigSource(inForce.source().id()));
    }
    return configs;
  }

  private static boolean isWanted(Setting<?> setting, @Nullable Collection<String> wanted) {
    return wanted == null || wanted.contains(setting.name());
  }

  /** A value and where it is written; the first of a list is in force. */
  private record Level(String name, String value, ConfigSource source) {}

  private List<Level> topicLevels(Setting<?> setting, SettingValues topic) {
    List<Level> levels = new ArrayList<>();
    String own = topic.given().get(setting.name());
    if (own != null) {
      levels.add(new Level(setting.name(), own, ConfigSource.TOPIC_CONFIG));
    }
    String brokerWide = topicDefaults.get(setting.name());
    if (brokerWide != null) {
      levels.add(new Level(setting.name(), brokerWide, ConfigSource.STATIC_BROKER_CONFIG));
    }
    levels.add(new Level(setting.name(), setting.defaultText(), ConfigSource.DEFAULT_CONFIG));
    return levels;
  }

  private List<Level> brokerLevels(Setting<?> setting) {
    List<Level> levels = new ArrayList<>();
    String given = broker.given().get(setting.name());
    if (given != null) {
      levels.add(new Level(setting.name(), given, ConfigSource.STATIC_BROKER_CONFIG));
    }
    levels.add(new Level(setting.name(), setting.defaultText(), ConfigSource.DEFAULT_CONFIG));
    return levels;
  }

  private static DescribeConfigsResourceResult entry(
      Setting<?> setting, List<Level> levels, boolean readOnly, boolean synonyms, boolean texts) {
    Level inForce = levels.get(0);
    boolean sensitive = isSensitive(setting);
    DescribeConfigsResourceResult entry =
        new DescribeConfigsResourceResult()
            .setName(setting.name())
            .setValue(sensitive ? null : inForce.value())
            .setReadOnly(readOnly)
            .setIsSensitive(sensitive)
            .setConfigSource(inForce.source().id())
            .setConfigType(type(setting).id());
    if (synonyms) {
      entry.setSynonyms(levels.stream().map(level -> synonym(level, sensitive)).toList());
    }
    if (texts) {
      entry.setDocumentation(setting.documentation() + " Accepted: " + setting.range() + ".");
    }
    return entry;
  }

  private static boolean isSensitive(Setting<?> setting) {
    return SENSITIVE_WORDS.stream().anyMatch(setting.name()::contains);
  }

  private static DescribeConfigsSynonym synonym(Level level, boolean sensitive) {
    return new DescribeConfigsSynonym()
        .setName(level.name())
        .setValue(sensitive ? null : level.value())
        .setSource(level.source().id());
  }

  private static ConfigType type(Setting<?> setting) {
    return switch (setting.type()) {
      case "boolean" -> ConfigType.BOOLEAN;
      case "int" -> ConfigType.INT;
      case "long" -> ConfigType.LONG;
      case "double" -> ConfigType.DOUBLE;
      case "list" -> ConfigType.LIST;
      default -> ConfigType.STRING;
    };
  }
}
