package io.millrace.endpoint.kafka;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import io.millrace.model.image.TopicImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a request changes in one topic's settings; an empty text takes a setting back to
 * its default.
 */
final class ConfigChanges {
  private static final String DEFAULT = "";

  private final SettingValues now;
  private final Map<String, String> changes = new HashMap<>();

  ConfigChanges(TopicImage topic) {
    this.now = topic.settings();
  }

  /** Takes back everything that is set; {@link #set} is to follow for what stays. */
  void clear() {
    now.given().keySet().forEach(name -> changes.put(name, DEFAULT));
  }

  /**
   * @throws StreamException INVALID_CONFIG without a value
   */
  void set(String name, @Nullable String value) {
    if (value == null) {
      throw new StreamException(ErrorCode.INVALID_CONFIG, name + " has no value; expected one");
    }
    changes.put(name, value);
  }

  /**
   * One operation of KIP-339.
   *
   * @throws StreamException INVALID_CONFIG for an operation that is not known, that does not fit
   *     the setting's type, or for a second one on a setting
   */
  void apply(byte operation, String name, @Nullable String value) {
    if (changes.containsKey(name)) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST, name + " is changed more than once in this request");
    }
    OpType type = OpType.forId(operation);
    if (type == null) {
      throw new StreamException(
          ErrorCode.INVALID_REQUEST,
          "operation "
              + operation
              + " on "
              + name
              + ", expected 0 to 3: set, delete, append, subtract");
    }
    switch (type) {
      case SET -> set(name, value);
      case DELETE -> changes.put(name, DEFAULT);
      case APPEND, SUBTRACT -> changes.put(name, combined(type, name, value));
    }
  }

  private String combined(OpType type, String name, @Nullable String value) {
    Setting<?> setting =
        now.settings().stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElse(null);
    if (setting == null || !setting.type().equals("list") || value == null) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          name + " cannot be appended to or subtracted from: it is no list, or no words are given");
    }
    String current = now.given().getOrDefault(name, setting.defaultText());
    List<String> words = new ArrayList<>(words(current));
    List<String> given = words(value);
    if (type == OpType.SUBTRACT) {
      words.removeAll(given);
    } else {
      given.stream().filter(word -> !words.contains(word)).forEach(words::add);
    }
    return String.join(",", words);
  }

  private static List<String> words(String list) {
    return Arrays.stream(list.split(","))
        .map(String::trim)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /**
   * The changes by name.
   *
   * @throws StreamException INVALID_CONFIG if a value cannot be read
   */
  Map<String, String> checked() {
    now.with(changes);
    return changes;
  }
}
