package io.millrace.architecture;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One row of the package table.
 *
 * @param name the package without the root, empty for the root itself
 * @param purpose what the package is, in half a sentence
 * @param kind whether people or the Avro compiler write it
 * @param imports the packages of ours it may import, as names, {@code name.*} or {@code *}
 * @param libraries the libraries it may import
 */
record PackageRow(
    String name, String purpose, Kind kind, List<String> imports, List<Library> libraries) {

  enum Kind {
    WRITTEN,
    /** Made by the Avro compiler: imports nothing of ours, and outside the rules of style. */
    GENERATED
  }

  PackageRow importing(String... packages) {
    return new PackageRow(name, purpose, kind, List.of(packages), libraries);
  }

  PackageRow using(Library... used) {
    return new PackageRow(name, purpose, kind, imports, List.of(used));
  }

  /** Whether this package may import another package of ours, both without the root. */
  boolean mayImport(String other) {
    return other.equals(name) || imports.stream().anyMatch(pattern -> matches(pattern, other));
  }

  /** Whether this package may import a package of somebody else. */
  boolean mayImportLibrary(String packageName) {
    return Library.isOpenToAll(packageName)
        || imports.contains("*")
        || libraries.stream().anyMatch(library -> library.contains(packageName));
  }

  /** This row as a line of a Markdown table: package, purpose, imports, libraries. */
  String toMarkdown() {
    String shownName = name.isEmpty() ? "(root)" : "`" + name + "`";
    String shownPurpose = kind == Kind.GENERATED ? purpose + " (generated)" : purpose;
    String shown =
        Stream.concat(
                imports.stream().map(PackageRow::show), libraries.stream().map(Library::title))
            .collect(Collectors.joining(", "));
    return "| " + shownName + " | " + shownPurpose + " | " + (shown.isEmpty() ? "-" : shown) + " |";
  }

  private static String show(String pattern) {
    return pattern.equals("*") ? "everything" : "`" + pattern + "`";
  }

  private static boolean matches(String pattern, String other) {
    if (pattern.equals("*")) {
      return true;
    }
    if (pattern.endsWith(".*")) {
      String parent = pattern.substring(0, pattern.length() - 2);
      return other.equals(parent) || other.startsWith(parent + ".");
    }
    return other.equals(pattern);
  }
}
