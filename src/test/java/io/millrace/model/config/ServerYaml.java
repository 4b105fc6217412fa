package io.millrace.model.config;

import java.util.List;

/** What {@code conf/server.yaml} must say: each setting with its line, its unit, its default. */
final class ServerYaml {
  private static final String HEAD =
      """
      # Settings of a Millrace broker. Every setting is here, commented out, with its default: take the
      # '#' before a line away and change the value. A key may also be written nested (http: {port: 8080}).
      #
      # What counts, strongest first: --set key=value, the environment (MILLRACE_HTTP_PORT for
      # http.port), this file (--config FILE), the default.
      """;

  private ServerYaml() {}

  static String text() {
    StringBuilder text = new StringBuilder(HEAD);
    BrokerSettings.areas().forEach((area, settings) -> append(text, area, settings));
    return text.toString();
  }

  private static void append(StringBuilder text, String area, List<Setting<?>> settings) {
    text.append("\n# ---- ").append(area).append(" ----\n");
    for (Setting<?> setting : settings) {
      text.append("\n# ").append(setting.documentation()).append(" [").append(setting.type());
      if (!setting.unit().isEmpty()) {
        text.append(", ").append(setting.unit());
      }
      text.append(", ").append(setting.range()).append("]\n");
      text.append('#').append(setting.name()).append(": ").append(value(setting)).append('\n');
    }
  }

  private static String value(Setting<?> setting) {
    boolean plain = List.of("int", "long", "double", "boolean", "choice").contains(setting.type());
    return plain ? setting.defaultText() : '"' + setting.defaultText() + '"';
  }
}
