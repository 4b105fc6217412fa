package io.millrace.server;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import io.millrace.model.config.BrokerSettings;
import io.millrace.model.config.Setting;
import io.millrace.model.config.SettingValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The broker's settings as they were put together, strongest first: flag ({@code --set k=v}),
 * environment ({@code MILLRACE_HTTP_PORT}), file, default.
 *
 * @param settings every value, checked, also against each other
 * @param origins for each setting that was given, where its value came from, for people
 * @param warnings sentences about what is legal and probably not meant
 */
public record Configuration(
    SettingValues settings, Map<String, String> origins, List<String> warnings) {
  private static final String ENVIRONMENT_PREFIX = "MILLRACE_";

  /**
   * Puts the settings together and checks all of them before it complains, so that one attempt
   * shows everything that is wrong.
   *
   * @param file the YAML file, or empty to use none
   * @param environment the process's environment; an empty variable counts as absent
   * @param flags texts of the form {@code key=value}
   * @throws StreamException INVALID_CONFIG; the message has one line for each problem, says where
   *     it is, what was expected and what to do
   */
  public static Configuration load(
      Optional<Path> file, Map<String, String> environment, List<String> flags) {
    Loading loading = new Loading();
    file.ifPresent(loading::file);
    loading.environment(environment);
    loading.flags(flags);
    return loading.finished();
  }

  private static final class Loading {
    private final Map<String, String> given = new LinkedHashMap<>();
    private final Map<String, String> origins = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    void file(Path file) {
      SettingsFile.read(file, problems)
          .forEach((name, entry) -> give(name, entry.text(), file + ":" + entry.line()));
    }

    void environment(Map<String, String> environment) {
      Map<String, String> variables = new LinkedHashMap<>();
      BrokerSettings.all()
          .forEach(setting -> variables.put(setting.environmentName(), setting.name()));
      environment.forEach(
          (variable, text) -> {
            String name = variables.get(variable);
            if (name != null && !text.isEmpty()) {
              give(name, text, "environment " + variable);
            } else if (name == null && variable.startsWith(ENVIRONMENT_PREFIX)) {
              unknownVariable(variable);
            }
          });
    }

    /**
     * Not an error: others put variables of this prefix there, such as Kubernetes for a service of
     * this name. What looks like a setting gets a warning.
     */
    private void unknownVariable(String variable) {
      String name = variable.substring(ENVIRONMENT_PREFIX.length());
      List<String> similar =
          BrokerSettings.similarNames(name).stream()
              .map(other -> BrokerSettings.named(other).map(Setting::environmentName).orElse(other))
              .toList();
      if (!similar.isEmpty()) {
        warnings.add(
            "the environment variable "
                + variable
                + " is no setting and is ignored; did you mean "
                + String.join(", ", similar)
                + "?");
      }
    }

    void flags(List<String> flags) {
      Map<String, String> seen = new LinkedHashMap<>();
      for (String flag : flags) {
        int equals = flag.indexOf('=');
        if (equals <= 0) {
          problems.add("--set " + flag + ": expected key=value, such as --set http.port=8081");
          continue;
        }
        String name = flag.substring(0, equals).trim();
        String text = flag.substring(equals + 1);
        String earlier = seen.putIfAbsent(name, text);
        if (earlier == null) {
          give(name, text, "--set " + name);
        } else {
          problems.add(
              "--set " + flag + ": " + name + " is given twice, first as '" + earlier + "'");
        }
      }
    }

    private void give(String name, String text, String origin) {
      try {
        BrokerSettings.of(Map.of(name, text));
        given.put(name, text);
        origins.put(name, origin);
      } catch (StreamException e) {
        problems.add(origin + ": " + e.getMessage());
      }
    }

    Configuration finished() {
      SettingValues settings = BrokerSettings.of(given);
      if (problems.isEmpty()) {
        problems.addAll(SettingsCheck.problems(settings));
        warnings.addAll(SettingsCheck.warnings(settings));
      }
      if (!problems.isEmpty()) {
        throw new StreamException(ErrorCode.INVALID_CONFIG, String.join("\n", problems));
      }
      return new Configuration(settings, Map.copyOf(origins), List.copyOf(warnings));
    }
  }
}
