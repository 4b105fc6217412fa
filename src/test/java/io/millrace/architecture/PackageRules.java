package io.millrace.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Optional;

/**
 * The rules between packages, for all that is below one root. The root is a parameter so that the
 * same rules can be shown to fail on deliberate violations.
 */
final class PackageRules {

  private final String root;

  PackageRules(String root) {
    this.root = root;
  }

  /** Every class is in a package of the table and imports only what its row allows. */
  ArchRule followThePackageTable() {
    return classes()
        .that()
        .resideInAPackage(root + "..")
        .should(new OnlyAllowedImports())
        .allowEmptyShould(true);
  }

  /** No package reaches itself by way of others; a package below another is one of its own. */
  ArchRule haveNoCycles() {
    return slices()
        .assignedFrom(new PackageByPackage())
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true);
  }

  static boolean isAtOrBelow(String root, String packageName) {
    return packageName.equals(root) || packageName.startsWith(root + ".");
  }

  /** The name as the table has it: without the root, empty for the root itself. */
  static String withoutRoot(String root, String packageName) {
    return packageName.equals(root) ? "" : packageName.substring(root.length() + 1);
  }

  private final class OnlyAllowedImports extends ArchCondition<JavaClass> {

    OnlyAllowedImports() {
      super("be in a package of the table and import only what its row allows");
    }

    @Override
    public void check(JavaClass origin, ConditionEvents events) {
      String name = withoutRoot(root, origin.getPackageName());
      Optional<PackageRow> row = PackagePlan.rowOf(name);
      if (row.isEmpty()) {
        String message = "%s is in package '%s', which the package table does not name";
        events.add(
            SimpleConditionEvent.violated(origin, message.formatted(origin.getName(), name)));
        return;
      }
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        if (!isAllowed(row.get(), dependency.getTargetClass().getBaseComponentType())) {
          String message = "package '%s' may not import this: %s";
          events.add(
              SimpleConditionEvent.violated(
                  dependency, message.formatted(name, dependency.getDescription())));
        }
      }
    }

    private boolean isAllowed(PackageRow row, JavaClass target) {
      if (target.isPrimitive()) {
        return true;
      }
      String packageName = target.getPackageName();
      return isAtOrBelow(root, packageName)
          ? row.mayImport(withoutRoot(root, packageName))
          : row.mayImportLibrary(packageName);
    }
  }

  private final class PackageByPackage implements SliceAssignment {

    @Override
    public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
      return isAtOrBelow(root, javaClass.getPackageName())
          ? SliceIdentifier.of(javaClass.getPackageName())
          : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "the packages below " + root;
    }
  }
}
