import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Formats every Java file of the project with google-java-format, or checks that it is formatted.
 *
 * <p>It runs from its source on the JDK that compiles the project, since the formatter parses only
 * the Java that its own JVM knows. Arguments: {@code check} or {@code apply}, then the project's
 * folder.
 */
final class Format {

  private Format() {}

  public static void main(String[] arguments) throws IOException {
    boolean apply =
        switch (arguments[0]) {
          case "apply" -> true;
          case "check" -> false;
          default -> throw new IllegalArgumentException("check or apply, not " + arguments[0]);
        };
    Path root = Path.of(arguments[1]);
    List<String> problems =
        javaFiles(root).parallelStream()
            .map(file -> problem(root, file, apply))
            .filter(problem -> !problem.isEmpty())
            .sorted()
            .toList();
    if (!problems.isEmpty()) {
      problems.forEach(System.err::println);
      System.err.println("Format them with: mvn -q -N verify -Dformat=apply");
      System.exit(1);
    }
  }

  private static List<Path> javaFiles(Path root) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean skipped = name.equals("target") || name.equals(".git");
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  /** Formats one file; returns what is wrong with it, or nothing. */
  private static String problem(Path root, Path file, boolean apply) {
    try {
      String source = Files.readString(file);
      String formatted = new Formatter().formatSourceAndFixImports(source);
      if (formatted.equals(source)) {
        return "";
      }
      if (!apply) {
        return root.relativize(file) + ": not formatted";
      }
      Files.writeString(file, formatted);
      return "";
    } catch (FormatterException | IOException e) {
      return root.relativize(file) + ": " + e.getMessage();
    }
  }
}
