package io.millrace.bus;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An address without a consumer is dead, and one with two loses every other message. */
class AddressesTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("io.millrace");

  /** A node alone and a node of a cluster have different consumers; no node has both. */
  private static final Map<String, List<String>> ALTERNATIVES =
      Map.of("metadata", List.of("MetadataVerticle", "ClusterMetadataVerticle"));

  static Stream<String> families() {
    return Arrays.stream(Addresses.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> method.getReturnType() == Address.class)
        .map(Method::getName);
  }

  @ParameterizedTest
  @MethodSource("families")
  void shouldHaveOneKindOfConsumer(String family) {
    // when
    List<String> consumers =
        MAIN.stream()
            .filter(type -> calls(type, Addresses.class, family))
            .filter(type -> calls(type, TypedBus.class, "consume"))
            .map(JavaClass::getSimpleName)
            .toList();

    // then
    assertThat(consumers)
        .containsExactlyInAnyOrderElementsOf(
            ALTERNATIVES.getOrDefault(family, consumers.stream().limit(1).toList()))
        .isNotEmpty();
  }

  private static boolean calls(JavaClass type, Class<?> owner, String method) {
    return type.getMethodCallsFromSelf().stream()
        .anyMatch(
            call -> call.getTargetOwner().isEquivalentTo(owner) && call.getName().equals(method));
  }
}
