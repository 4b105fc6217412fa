package io.millrace.mutation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The program with one piece of one source file written differently: compiled in memory, and loaded
 * beside the real one together with the simulation that is to notice. So the program itself needs
 * no seam for it. A simulation is a class with a constructor that takes a seed, and a method {@code
 * run} that throws where it finds something wrong.
 *
 * @param source below the root package, without {@code .java}
 * @param original stands exactly once in that file; else the mutant is out of date
 */
public record Mutant(String name, String source, String original, String mutated) {
  /** Whether to tell what found a mutant. */
  private static final boolean SAYS = Boolean.getBoolean("millrace.mutant.verbose");

  private static final Path ROOT = Path.of("src/main/java/io/millrace");
  private static final List<String> RELOADED =
      List.of(
          "io.millrace.partition.",
          "io.millrace.replication.",
          "io.millrace.metadata.",
          "io.millrace.verticle.");

  /** The real program, loaded in the same way. */
  public static ClassLoader unchanged() {
    return new Loader(Map.of());
  }

  public ClassLoader load() throws IOException {
    String text = Files.readString(ROOT.resolve(source + ".java"));
    int at = text.indexOf(original);
    if (at < 0 || text.indexOf(original, at + 1) >= 0) {
      throw new AssertionError(
          "mutant '" + name + "': its piece of " + source + " must be there exactly once");
    }
    return new Loader(compile(text.replace(original, mutated)));
  }

  /** The first seed with which the simulation finds something wrong, of so many from 0 on. */
  public static OptionalLong firstSeedThatFails(
      ClassLoader loader, Class<?> simulation, int seeds) {
    return firstSeedThatFails(loader, simulation, LongStream.range(0, seeds));
  }

  /** The first of these seeds with which the simulation finds something wrong. */
  public static OptionalLong firstSeedThatFails(
      ClassLoader loader, Class<?> simulation, LongStream seeds) {
    try {
      Class<?> world = loader.loadClass(simulation.getName());
      Constructor<?> constructor = world.getDeclaredConstructor(long.class);
      Method run = world.getDeclaredMethod("run");
      constructor.setAccessible(true);
      run.setAccessible(true);
      for (long seed : seeds.toArray()) {
        Object one = constructor.newInstance(seed);
        try {
          run.invoke(one);
        } catch (InvocationTargetException found) {
          if (SAYS) {
            System.out.println("seed " + seed + ": " + found.getCause());
          }
          return OptionalLong.of(seed);
        }
      }
      return OptionalLong.empty();
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private Map<String, byte[]> compile(String text) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (InMemory files = new InMemory(compiler.getStandardFileManager(null, null, null))) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of(
                      "-proc:none",
                      "-implicit:none",
                      "-nowarn",
                      "-classpath",
                      System.getProperty("java.class.path")),
                  null,
                  List.of(new Source(source, text)))
              .call();
      if (!compiled) {
        throw new AssertionError("mutant '" + name + "' is no Java: " + messages);
      }
      return files.classes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Defines these packages anew, so that what is mutated and what uses it meet. */
  private static final class Loader extends ClassLoader {
    private final Map<String, byte[]> mutated;

    Loader(Map<String, byte[]> mutated) {
      super(Mutant.class.getClassLoader());
      this.mutated = mutated;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded == null && RELOADED.stream().anyMatch(name::startsWith)) {
          byte[] bytes = mutated.containsKey(name) ? mutated.get(name) : bytesOf(name);
          loaded = defineClass(name, bytes, 0, bytes.length);
        }
        return loaded != null ? loaded : super.loadClass(name, resolve);
      }
    }

    private byte[] bytesOf(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        return in.readAllBytes();
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String source, String text) {
      super(URI.create("mutant:///io/millrace/" + source + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

    InMemory(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      written.put(className, bytes);
      return new SimpleJavaFileObject(URI.create("mutant:///" + className + ".class"), kind) {
        @Override
        public OutputStream openOutputStream() {
          return bytes;
        }
      };
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> classes = new HashMap<>();
      written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
      return classes;
    }
  }
}
