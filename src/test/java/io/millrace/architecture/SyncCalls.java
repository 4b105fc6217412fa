package io.millrace.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaType;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where the compiled code makes something durable. A test that leaves out each sync in turn holds
 * the ones that it saw against these: none escapes because nothing ever came there.
 */
public final class SyncCalls {
  private static final Pattern SYNC = Pattern.compile("sync|syncDirectory");
  private static final Pattern FORCE =
      Pattern.compile(
          "java\\.nio\\.(channels\\.\\w+|MappedByteBuffer)\\.force|.*FileDescriptor\\.sync");

  private SyncCalls() {}

  /**
   * The calls of {@code sync} and {@code syncDirectory} of the ports, and of whatever does that on
   * behalf of others, as {@code Class:line}, without packages. What implements a port is left out.
   *
   * @param inPackage with the packages below it
   * @param ports whose methods sync
   * @param onBehalf simple names of classes whose callers count as well
   */
  public static SortedSet<String> of(
      String inPackage, Set<Class<?>> ports, Predicate<String> onBehalf) {
    Set<JavaClass> classes =
        ImportedClasses.main(inPackage).stream()
            .filter(type -> ports.stream().noneMatch(type::isAssignableTo))
            .collect(Collectors.toSet());
    SortedSet<String> found = new TreeSet<>();
    Set<String> syncing = new TreeSet<>();
    for (int before = -1; before < found.size() + syncing.size(); ) {
      before = found.size() + syncing.size();
      for (JavaMethodCall call :
          classes.stream().flatMap(type -> type.getMethodCallsFromSelf().stream()).toList()) {
        if (isSync(call, ports) || syncing.contains(call.getTarget().getFullName())) {
          found.add(nameOf(call.getOriginOwner()) + ":" + call.getLineNumber());
          JavaCodeUnit origin = call.getOrigin();
          if (onBehalf.test(nameOf(origin.getOwner()))) {
            syncing.add(origin.getFullName());
          }
        }
      }
    }
    return found;
  }

  private static boolean isSync(JavaMethodCall call, Set<Class<?>> ports) {
    return SYNC.matcher(call.getName()).matches()
        && ports.stream().anyMatch(call.getTargetOwner()::isAssignableTo);
  }

  /** Where the code asks the machine itself, as {@code Class.method}, one for each call. */
  static List<String> toTheMachine() {
    return ImportedClasses.main().stream()
        .flatMap(type -> type.getMethodCallsFromSelf().stream())
        .filter(
            call -> FORCE.matcher(call.getTargetOwner().getName() + "." + call.getName()).matches())
        .map(call -> nameOf(call.getOriginOwner()) + "." + call.getOrigin().getName())
        .sorted()
        .toList();
  }

  private static String nameOf(JavaType type) {
    return type.getName().replaceFirst(".*\\.", "");
  }
}
