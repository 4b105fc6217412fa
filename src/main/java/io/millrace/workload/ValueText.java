package io.millrace.workload;

import org.jspecify.annotations.Nullable;

/** Values as they are sent: a name, and dots up to the size that was asked for. */
record ValueText(int sizeBytes) {
  String of(String name) {
    return name + ".".repeat(Math.max(0, sizeBytes - name.length()));
  }

  /** The name, if every byte is as it was sent; else the whole text, which nobody has sent. */
  String parse(@Nullable String text) {
    if (text == null) {
      return "null";
    }
    int dots = text.indexOf('.');
    String name = dots < 0 ? text : text.substring(0, dots);
    return of(name).equals(text) ? name : text;
  }
}
