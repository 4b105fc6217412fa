package io.millrace.checker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A JSON object of texts, numbers, flags, and lists of lists of these. */
final class JsonLine {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final Map<String, Object> fields = new HashMap<>();

  private JsonLine() {}

  /**
   * Reads one object.
   *
   * @throws IOException if it is not JSON
   * @throws IllegalArgumentException if it is another JSON
   */
  static JsonLine parse(String text) throws IOException {
    JsonLine line = new JsonLine();
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("expected an object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        line.fields.put(name, value(parser));
      }
    }
    return line;
  }

  private static Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case START_ARRAY -> {
        List<Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser));
        }
        yield items;
      }
      default ->
          throw new IllegalArgumentException(
              "expected a text, a whole number, a flag or a list, and it is "
                  + parser.currentToken());
    };
  }

  String text(String name) {
    return required(name, String.class);
  }

  long number(String name) {
    return required(name, Long.class);
  }

  int integer(String name) {
    return Math.toIntExact(number(name));
  }

  boolean flag(String name) {
    return required(name, Boolean.class);
  }

  List<Row> rows(String name) {
    List<Row> rows = new ArrayList<>();
    for (Object row : required(name, List.class)) {
      if (!(row instanceof List<?> items)) {
        throw new IllegalArgumentException(name + " has an entry that is not a list");
      }
      rows.add(new Row(items));
    }
    return rows;
  }

  private <T> T required(String name, Class<T> type) {
    Object value = fields.get(name);
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          name + " is " + (value == null ? "missing" : value) + ", expected a " + type.getName());
    }
    return type.cast(value);
  }

  /** A list within a list. */
  record Row(List<?> items) {
    int size() {
      return items.size();
    }

    long number(int index) {
      return at(index, Long.class);
    }

    String text(int index) {
      return at(index, String.class);
    }

    private <T> T at(int index, Class<T> type) {
      if (index >= items.size() || !type.isInstance(items.get(index))) {
        throw new IllegalArgumentException(
            "entry " + index + " of " + items + " is not a " + type.getName());
      }
      return type.cast(items.get(index));
    }
  }
}
