package io.millrace.architecture;

import java.util.ArrayList;
import java.util.List;

/**
 * How long source files and methods may be. There is no list of exceptions: what is longer is
 * split.
 *
 * @param fileLines the most lines of a file
 * @param methodLines the most lines of a method
 */
record SourceLimits(int fileLines, int methodLines) {

  /** A main file of more lines is reported; it is no error yet. */
  static final int LONG_FILE_LINES = 300;

  static final SourceLimits MAIN = new SourceLimits(500, 70);

  static final SourceLimits TEST = new SourceLimits(800, 70);

  /** What is too long, one sentence each, with the numbers. */
  List<String> violationsOf(List<SourceFile> files) {
    List<String> found = new ArrayList<>();
    for (SourceFile file : files) {
      if (file.lines() > fileLines) {
        found.add(
            "%s has %d lines, at most %d are allowed: split it by responsibility"
                .formatted(file.path(), file.lines(), fileLines));
      }
      for (SourceFile.Method method : file.methods()) {
        if (method.lines() > methodLines) {
          found.add(
              "%s:%d: method %s has %d lines, at most %d are allowed: name its steps"
                  .formatted(
                      file.path(), method.line(), method.name(), method.lines(), methodLines));
        }
      }
    }
    return found;
  }
}
