package io.millrace.partition;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * no seam for it.
 *
 * @param source below the root package, without {@code .java}
 * @param original stands exactly once in that file; else the mutant is out of date
 */
record Mutant(String name, String source, String original, String mutated) {
  private static final Path ROOT = Path.of("src/main/java/io/millrace");
  private static final List<String> RELOADED =
      List.of("io.millrace.partition.", "io.millrace.replication.");

  /** The real program, loaded in the same way. */
  static ClassLoader unchanged() {
    return new Loader(Map.of());
  }

  ClassLoader load() throws IOException {
    String text = Files.readString(ROOT.resolve(source + ".java"));
    int at = text.indexOf(original);
    if (at < 0 || text.indexOf(original, at + 1) >= 0) {
      throw new AssertionError(
          "mutant '" + name + "': its piece of " + source + " must be there exactly once");
    }
    return new Loader(compile(text.replace(original, mutated)));
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

  /** Defines the two packages anew, so that what is mutated and what uses it meet. */
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
