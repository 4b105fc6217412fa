package io.millrace.server;

import io.millrace.model.ErrorCode;
import io.millrace.model.StreamException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads a YAML file of settings: dotted keys, nested maps, or both; a list is words joined by
 * commas. Values stay the text that they are in the file, so that 010 or yes mean what the setting
 * takes them for, not what YAML does. Problems are collected, each with file and line.
 */
final class SettingsFile {
  private static final long MAX_SIZE_BYTES = 1_048_576;
  private static final int MAX_DEPTH = 16;

  /** A value and where it stands. */
  record Entry(String text, int line) {}

  private final Path file;
  private final List<String> problems;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private SettingsFile(Path file, List<String> problems) {
    this.file = file;
    this.problems = problems;
  }

  /**
   * @param problems gets a sentence for each thing that is wrong
   * @return the entries by dotted key, in the order of the file
   * @throws StreamException INVALID_CONFIG if the file cannot be read or is not YAML
   */
  static Map<String, Entry> read(Path file, List<String> problems) {
    SettingsFile reader = new SettingsFile(file, problems);
    reader.parse(reader.content());
    return reader.entries;
  }

  private String content() {
    try {
      if (Files.isDirectory(file)) {
        throw refused("the settings file " + file + " is a directory; name a YAML file", null);
      }
      if (Files.size(file) > MAX_SIZE_BYTES) {
        throw refused(file + " is larger than 1 MiB; this is not a file of settings", null);
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw refused(
          "there is no settings file "
              + file.toAbsolutePath().normalize()
              + "; give --config another path, or leave it out to use the defaults",
          e);
    } catch (CharacterCodingException e) {
      throw refused(file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw refused("cannot read the settings file " + file + ": " + e, e);
    }
  }

  private void parse(String content) {
    try {
      LoadSettings settings = LoadSettings.builder().setAllowNonScalarKeys(true).build();
      new Compose(settings).composeString(content).ifPresent(this::root);
    } catch (MarkedYamlEngineException e) {
      String line = e.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
      throw refused(
          file + line + ": not YAML: " + e.getProblem() + "; expected lines of 'key: value'", e);
    } catch (YamlEngineException e) {
      throw refused(file + ": not YAML: " + e.getMessage(), e);
    }
  }

  private void root(Node node) {
    if (node instanceof MappingNode map) {
      walk("", map, 1);
    } else if (!isEmpty(node)) {
      problem(node, "found a " + kind(node) + ", expected lines of 'key: value'");
    }
  }

  private void walk(String prefix, MappingNode map, int depth) {
    for (NodeTuple tuple : map.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key && !key.getValue().isBlank()) {
        entry(prefix + key.getValue().trim(), key, tuple.getValueNode(), depth);
      } else {
        problem(tuple.getKeyNode(), "a key is not a word, expected a setting's name");
      }
    }
  }

  private void entry(String name, Node key, Node value, int depth) {
    if (value instanceof MappingNode map) {
      if (depth == MAX_DEPTH) {
        // An alias of a map that it stands in would never end.
        problem(key, name + " is nested deeper than any setting");
      } else {
        walk(name + ".", map, depth + 1);
      }
    } else if (value instanceof SequenceNode list) {
      put(name, key, joined(name, list));
    } else if (isEmpty(value)) {
      problem(key, name + " has no value; give one or take the line out");
    } else if (value instanceof ScalarNode scalar) {
      put(name, key, scalar.getValue());
    } else {
      problem(key, name + " has a " + kind(value) + ", expected a value");
    }
  }

  private String joined(String name, SequenceNode list) {
    List<String> words = new ArrayList<>();
    for (Node element : list.getValue()) {
      if (element instanceof ScalarNode scalar && !scalar.getValue().contains(",")) {
        words.add(scalar.getValue());
      } else {
        problem(element, "an element of " + name + " is not a single word");
      }
    }
    return String.join(",", words);
  }

  private void put(String name, Node key, String text) {
    Entry entry = new Entry(text, line(key));
    Entry earlier = entries.putIfAbsent(name, entry);
    if (earlier != null) {
      problem(key, name + " is set twice, first in line " + earlier.line + "; keep one of them");
    }
  }

  private static boolean isEmpty(Node node) {
    return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
  }

  private static String kind(Node node) {
    return node.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
  }

  private void problem(Node where, String sentence) {
    problems.add(file + ":" + line(where) + ": " + sentence);
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  private static StreamException refused(
      String message, @org.jspecify.annotations.Nullable Throwable cause) {
    return cause == null
        ? new StreamException(ErrorCode.INVALID_CONFIG, message)
        : new StreamException(ErrorCode.INVALID_CONFIG, message, cause);
  }
}
