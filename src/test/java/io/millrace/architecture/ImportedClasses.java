package io.millrace.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;

/** The compiled classes that the rules are held against. */
final class ImportedClasses {

  private ImportedClasses() {}

  /** Everything compiled from the main sources, generated classes included. */
  static JavaClasses main() {
    return main(PackagePlan.ROOT);
  }

  /** What is compiled from the main sources of a package and those below it. */
  static JavaClasses main(String packageName) {
    return new ClassFileImporter()
        .withImportOption(location -> !location.contains("/test-classes/"))
        .importPackages(packageName);
  }

  /** Everything compiled from the test sources, without the deliberate violations. */
  static JavaClasses tests() {
    return new ClassFileImporter()
        .withImportOption(location -> location.contains("/test-classes/"))
        .withImportOption(location -> !location.contains("/architecture/violation/"))
        .importPackages(PackagePlan.ROOT);
  }

  /** The deliberate violations below one package of the test sources. */
  static JavaClasses violations(String packageName) {
    return new ClassFileImporter().importPackages(packageName);
  }
}
