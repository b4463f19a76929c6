package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Finds the text files that people name, one by one or by folder, and refuses what is no text. */
final class TextFiles {
  private static final int LOOKED_AT = 8192;
  private static final List<String> TEXTS = List.of(".txt", ".md", ".jsonl");
  private static final List<String> PAIRS = List.of(".tsv", ".jsonl");

  private final boolean pairs;

  private TextFiles(boolean pairs) {
    this.pairs = pairs;
  }

  private List<String> endings() {
    return pairs ? PAIRS : TEXTS;
  }

  private String kinds() {
    return pairs ? ".tsv or .jsonl" : ".txt, .md or .jsonl";
  }

  /**
   * The files at some paths: a file stands for itself, a folder for the text files in it and below,
   * sorted by path, without hidden ones. Each file comes once.
   *
   * @param pairs whether the files are to hold pairs of texts
   * @throws InputException where a path has nothing to read
   */
  static List<TextFile> find(List<String> paths, boolean pairs) {
    return new TextFiles(pairs).find(paths);
  }

  private List<TextFile> find(List<String> paths) {
    if (paths.isEmpty()) {
      throw new InputException(
          "No data is given: name a text file (%s) or a folder.".formatted(kinds()));
    }
    List<TextFile> files = new ArrayList<>();
    Set<Path> seen = new HashSet<>();
    for (String text : paths) {
      Path path = path(text);
      try {
        List<TextFile> found = Files.isDirectory(path) ? inFolder(path) : List.of(single(path));
        for (TextFile file : found) {
          if (seen.add(file.path().toRealPath())) {
            files.add(file);
          }
        }
      } catch (IOException | UncheckedIOException e) {
        throw unreadable(path, e);
      }
    }
    return List.copyOf(files);
  }

  /** Whether a .tsv file is among them, or one of JSON lines whose first line is a pair. */
  static boolean holdPairs(List<String> paths) {
    boolean anyPairs = paths.stream().anyMatch(TextFiles::mayHoldPairs);
    if (!anyPairs) {
      return false;
    }
    try {
      return new TextFiles(true)
          .find(paths).stream()
              .anyMatch(
                  file -> file.format() == TextFile.Format.TABBED_PAIRS || beginsWithPair(file));
    } catch (InputException e) {
      // Something other than pairs is there: whoever reads it as text says what is wrong.
      return false;
    }
  }

  private static boolean mayHoldPairs(String path) {
    Path place = path(path);
    return Files.isDirectory(place) || new TextFiles(true).hasEnding(path);
  }

  private static boolean beginsWithPair(TextFile file) {
    try (BufferedReader lines = Files.newBufferedReader(file.path())) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          return LineText.isPair(line);
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  private static Path path(String text) {
    try {
      Path path = Path.of(text);
      if (text.isBlank() || !Files.exists(path)) {
        throw new InputException(
            "There is no file or folder \"%s\": check the path of the data.".formatted(text));
      }
      return path;
    } catch (InvalidPathException e) {
      throw new InputException(
          "\"%s\" can't be a path: check the path of the data.".formatted(text), e);
    }
  }

  private TextFile single(Path path) throws IOException {
    String name = path.getFileName().toString();
    if (pairs && !hasEnding(name)) {
      throw new InputException(
          "%s can't hold pairs of texts: name a %s file, or set another objective."
              .formatted(path, kinds()));
    }
    TextFile file = textFile(path, name, null);
    if (file.bytes() == 0) {
      throw new InputException("%s is empty: name a file with text in it.".formatted(path));
    }
    return file;
  }

  private List<TextFile> inFolder(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> all =
        Files.find(
            folder,
            64,
            (p, a) -> !a.isDirectory() && isText(folder, p),
            FileVisitOption.FOLLOW_LINKS)) {
      paths = all.sorted(Comparator.comparing(p -> nameIn(folder, p))).toList();
    }
    String root = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    List<TextFile> files = new ArrayList<>();
    for (Path path : paths) {
      TextFile file = textFile(path, nameIn(folder, path), root);
      if (file.bytes() > 0) {
        files.add(file);
      }
    }
    if (files.isEmpty()) {
      String what = paths.isEmpty() ? "has no %s files" : "has only empty %s files";
      throw new InputException(
          "The folder %s %s: name one that holds text.".formatted(folder, what.formatted(kinds())));
    }
    return files;
  }

  private boolean isText(Path folder, Path path) {
    for (Path part : folder.relativize(path)) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    return hasEnding(path.getFileName().toString()) && Files.isRegularFile(path);
  }

  private boolean hasEnding(String name) {
    return endings().stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
  }

  private static String nameIn(Path folder, Path path) {
    return folder.relativize(path).toString().replace('\\', '/');
  }

  private TextFile textFile(Path path, String name, String root) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      for (byte b : in.readNBytes(LOOKED_AT)) {
        if (b == 0) {
          throw new InputException(
              "%s looks like a binary file, not text: take it out of the data, or save it as UTF-8."
                  .formatted(path));
        }
      }
    }
    return new TextFile(
        path,
        name,
        root,
        TextFile.Format.of(name, pairs),
        Files.size(path),
        Files.getLastModifiedTime(path).toMillis());
  }

  private static InputException unreadable(Path path, Exception cause) {
    return new InputException(
        "%s can't be read: check that you may open it and all that is in it.".formatted(path),
        cause);
  }
}
