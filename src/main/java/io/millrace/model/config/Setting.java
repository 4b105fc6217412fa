package io.millrace.model.config;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One setting: its name as users write it, how its text is read, its default, and one line of
 * documentation. The unit is part of the name where Kafka's name carries it ({@code .ms}, {@code
 * .bytes}); the documentation gives it otherwise.
 *
 * @param <T> the type of its value
 */
public final class Setting<T> {
  private static final String AUTO = "auto";
  private static final String OR_AUTO = "auto, or 1 to ";

  private final String name;
  private final T defaultValue;
  private final String type;
  private final String range;
  private final String documentation;
  private final Function<String, T> parser;

  private Setting(
      String name,
      T defaultValue,
      String type,
      String range,
      String documentation,
      Function<String, T> parser) {
    this.name = name;
    this.defaultValue = defaultValue;
    this.type = type;
    this.range = range;
    this.documentation = documentation;
    this.parser = parser;
  }

  public static Setting<Boolean> bool(String name, boolean defaultValue, String documentation) {
    return new Setting<>(
        name,
        defaultValue,
        "boolean",
        "true or false",
        documentation,
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException(text);
            });
  }

  /** A 32-bit number from {@code min} to {@code max}, both included. */
  public static Setting<Integer> integer(
      String name, int defaultValue, int min, int max, String documentation) {
    return new Setting<>(
        name,
        defaultValue,
        "int",
        min + " to " + max,
        documentation,
        text -> {
          int value = Integer.parseInt(text);
          checkRange(value, min, max);
          return value;
        });
  }

  /**
   * A 32-bit number from 1 to {@code max}, or {@code auto}, which is the default and reads as 0.
   */
  public static Setting<Integer> integerOrAuto(String name, int max, String documentation) {
    return new Setting<>(
        name,
        0,
        "int",
        OR_AUTO + max,
        documentation,
        text -> {
          if (text.equals(AUTO)) {
            return 0;
          }
          int value = Integer.parseInt(text);
          checkRange(value, 1, max);
          return value;
        });
  }

  /** A 64-bit number from {@code min} to {@code max}, both included. */
  public static Setting<Long> longInteger(
      String name, long defaultValue, long min, long max, String documentation) {
    return new Setting<>(
        name,
        defaultValue,
        "long",
        rangeText(min, max),
        documentation,
        text -> {
          long value = Long.parseLong(text);
          checkRange(value, min, max);
          return value;
        });
  }

  /** Free text; empty means unset. */
  public static Setting<String> text(String name, String defaultValue, String documentation) {
    return new Setting<>(
        name, defaultValue, "string", "any text", documentation, Function.identity());
  }

  /** Comma-separated words; blanks around them are dropped. */
  public static Setting<List<String>> list(
      String name, List<String> defaultValue, String documentation) {
    return new Setting<>(
        name,
        List.copyOf(defaultValue),
        "list",
        "comma-separated",
        documentation,
        text ->
            Arrays.stream(text.split(","))
                .map(String::trim)
                .filter(word -> !word.isEmpty())
                .toList());
  }

  /**
   * One of an enum's constants, written in lower case with '-' for '_' or exactly as the constant's
   * name.
   */
  public static <E extends Enum<E>> Setting<E> choice(
      String name, E defaultValue, String documentation) {
    Class<E> type = defaultValue.getDeclaringClass();
    String range =
        Arrays.stream(type.getEnumConstants())
            .map(Setting::spelled)
            .collect(Collectors.joining(", "));
    return new Setting<>(
        name,
        defaultValue,
        "choice",
        "one of " + range,
        documentation,
        text -> constantOf(type.getEnumConstants(), text));
  }

  /**
   * Some of an enum's constants, comma-separated, each at most once and at least one; spelled as a
   * {@link #choice} is.
   */
  public static <E extends Enum<E>> Setting<List<E>> choices(
      String name, List<E> defaultValue, String documentation) {
    E[] constants = defaultValue.get(0).getDeclaringClass().getEnumConstants();
    String range = Arrays.stream(constants).map(Setting::spelled).collect(Collectors.joining(", "));
    return new Setting<>(
        name,
        List.copyOf(defaultValue),
        "list",
        "one or more of " + range + ", comma-separated",
        documentation,
        text -> {
          List<E> chosen =
              Arrays.stream(text.split(",", -1))
                  .map(word -> constantOf(constants, word.trim()))
                  .toList();
          if (chosen.stream().distinct().count() != chosen.size()) {
            throw new IllegalArgumentException(text);
          }
          return chosen;
        });
  }

  private static <E extends Enum<E>> E constantOf(E[] constants, String word) {
    return Arrays.stream(constants)
        .filter(constant -> spelled(constant).equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(word));
  }

  /** A decimal number from {@code min} to {@code max}, both included. */
  public static Setting<Double> decimal(
      String name, double defaultValue, double min, double max, String documentation) {
    return new Setting<>(
        name,
        defaultValue,
        "double",
        min + " to " + max,
        documentation,
        text -> {
          double value = Double.parseDouble(text);
          if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException(value + " is out of range");
          }
          return value;
        });
  }

  /** How users write an enum's constant: its {@code toString()}. */
  private static String spelled(Enum<?> constant) {
    String shown = constant.toString();
    return shown.equals(constant.name()) ? shown.toLowerCase(Locale.ROOT).replace('_', '-') : shown;
  }

  /** The same setting under another name, for what has a value of its own on another level. */
  Setting<T> renamed(String otherName) {
    return new Setting<>(otherName, defaultValue, type, range, documentation, parser);
  }

  public String name() {
    return name;
  }

  public T defaultValue() {
    return defaultValue;
  }

  /** The default as a user would write it. */
  public String defaultText() {
    return format(defaultValue);
  }

  /** One of boolean, int, long, double, string, list, choice. */
  public String type() {
    return type;
  }

  /** The values that are accepted, for people. */
  public String range() {
    return range;
  }

  /** What its number counts: "ms", "bytes", "bytes/s", or empty where the documentation says. */
  public String unit() {
    if (name.endsWith(".bytes.per.second")) {
      return "bytes/s";
    }
    return name.endsWith(".ms") ? "ms" : name.endsWith("bytes") ? "bytes" : "";
  }

  public String documentation() {
    return documentation;
  }

  /**
   * The environment variable that sets it: {@code MILLRACE_} and the name in capitals, with '_' for
   * '.' and '-'.
   */
  public String environmentName() {
    return "MILLRACE_" + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /**
   * Reads a value as users write it.
   *
   * @throws StreamException INVALID_CONFIG that names the setting, the value and what was expected
   */
  public T parse(String text) {
    try {
      return parser.apply(text.trim());
    } catch (IllegalArgumentException e) {
      throw new StreamException(
          ErrorCode.INVALID_CONFIG,
          name
              + " is '"
              + text
              + "', expected "
              + (type.equals("choice") ? "" : type + ", ")
              + range
              + " (default "
              + defaultText()
              + ")",
          e);
    }
  }

  /** The value as a user would write it, so that {@code parse(format(v))} equals {@code v}. */
  public String format(T value) {
    if (value instanceof List<?> words) {
      return words.stream()
          .map(word -> word instanceof Enum<?> constant ? spelled(constant) : word.toString())
          .collect(Collectors.joining(","));
    }
    if (range.startsWith(OR_AUTO) && value.equals(0)) {
      return AUTO;
    }
    return value instanceof Enum<?> constant ? spelled(constant) : value.toString();
  }

  private static void checkRange(long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(value + " is out of range");
    }
  }

  private static String rangeText(long min, long max) {
    return max == Long.MAX_VALUE ? min + " or more" : min + " to " + max;
  }

  @Override
  public String toString() {
    return name;
  }
}
