package io.millrace.architecture;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A Java source file as the compiler's parser sees it.
 *
 * @param path the file
 * @param lines how many lines it has
 * @param methods its methods, constructors and initializer blocks, nested classes included
 */
record SourceFile(Path path, int lines, List<Method> methods) {

  /**
   * One method.
   *
   * @param name its name, {@code <init>} for constructors, {@code <initializer>} for blocks
   * @param line where its declaration begins, after its Javadoc
   * @param lines how many lines it has, from its first modifier to its closing brace
   */
  record Method(String name, int line, int lines) {}

  /** All Java files below a folder, in the order of their paths. */
  static List<Path> below(Path folder) {
    try (Stream<Path> found = Files.walk(folder)) {
      return found.filter(path -> path.toString().endsWith(".java")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Parses files; a file that does not parse is an error. */
  static List<SourceFile> parse(List<Path> paths) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(problems, null, StandardCharsets.UTF_8)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, problems, null, null, files.getJavaFileObjectsFromPaths(paths));
      List<SourceFile> parsed = new ArrayList<>();
      for (CompilationUnitTree unit : task.parse()) {
        parsed.add(measure(unit, Trees.instance(task).getSourcePositions()));
      }
      if (!problems.getDiagnostics().isEmpty()) {
        throw new IllegalArgumentException("does not parse: " + problems.getDiagnostics());
      }
      return parsed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SourceFile measure(CompilationUnitTree unit, SourcePositions positions)
      throws IOException {
    Path path = Path.of(unit.getSourceFile().toUri());
    MethodScanner scanner = new MethodScanner(unit, positions);
    scanner.scan(unit, null);
    return new SourceFile(path, Files.readAllLines(path).size(), scanner.methods);
  }

  private static final class MethodScanner extends TreeScanner<Void, Void> {

    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<Method> methods = new ArrayList<>();

    MethodScanner(CompilationUnitTree unit, SourcePositions positions) {
      this.unit = unit;
      this.positions = positions;
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      add(method.getName().toString(), method);
      return super.visitMethod(method, unused);
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      for (Tree member : type.getMembers()) {
        if (member instanceof BlockTree) {
          add("<initializer>", member);
        }
      }
      return super.visitClass(type, unused);
    }

    private void add(String name, Tree tree) {
      LineMap lineMap = unit.getLineMap();
      long first = lineMap.getLineNumber(positions.getStartPosition(unit, tree));
      long endPosition = positions.getEndPosition(unit, tree);
      if (endPosition < 0) {
        return; // made by the compiler: a default constructor has no source
      }
      long last = lineMap.getLineNumber(endPosition);
      methods.add(new Method(name, (int) first, (int) (last - first + 1)));
    }
  }
}
