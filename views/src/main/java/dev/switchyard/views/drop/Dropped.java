package dev.switchyard.views.drop;

import dev.switchyard.engine.store.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Files or folders that hover over the window, or were dropped on it.
 *
 * @param kind what all of them are; UNKNOWN where they differ
 * @param paths what is to be opened: a run's folder where a file of it was dropped
 */
public record Dropped(DroppedKind kind, List<Path> paths) {
  private static final List<String> TEXTS = List.of(".txt", ".md", ".jsonl", ".tsv");
  private static final String WEIGHTS = ".safetensors";
  private static final String CONFIG = "config.json";
  private static final String RUN = "run.json";
  private static final int CORPUS_DEPTH = 4;

  /** Looks at files and folders; reads nothing but names. Not for the window's thread. */
  public static Dropped of(List<Path> paths) {
    List<Dropped> each = paths.stream().map(Dropped::of).toList();
    List<DroppedKind> kinds = each.stream().map(Dropped::kind).distinct().toList();
    List<Path> opened = each.stream().flatMap(one -> one.paths().stream()).distinct().toList();
    if (kinds.size() == 1) {
      return new Dropped(kinds.getFirst(), opened);
    }
    boolean texts =
        !kinds.isEmpty() && List.of(DroppedKind.TEXT, DroppedKind.CORPUS).containsAll(kinds);
    return new Dropped(texts ? DroppedKind.CORPUS : DroppedKind.UNKNOWN, opened);
  }

  private static Dropped of(Path path) {
    return Files.isDirectory(path) ? ofFolder(path) : ofFile(path);
  }

  private static Dropped ofFolder(Path folder) {
    DroppedKind kind = DroppedKind.UNKNOWN;
    if (RunFolder.isRun(folder)) {
      kind = DroppedKind.RUN;
    } else if (hasWeights(folder)) {
      kind = DroppedKind.MODEL;
    } else if (Files.isRegularFile(folder.resolve(RunFolder.METRICS))) {
      kind = DroppedKind.RECORDING;
    } else if (Files.isRegularFile(folder.resolve(CONFIG))) {
      return new Dropped(DroppedKind.CONFIG, List.of(folder.resolve(CONFIG)));
    } else if (hasTexts(folder)) {
      kind = DroppedKind.CORPUS;
    }
    return new Dropped(kind, List.of(folder));
  }

  private static Dropped ofFile(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    Path folder = file.toAbsolutePath().getParent();
    if (!Files.isRegularFile(file)) {
      return new Dropped(DroppedKind.UNKNOWN, List.of(file));
    } else if (name.equals(RUN) || name.equals(RunFolder.METRICS) || name.endsWith(WEIGHTS)) {
      return ofFolder(folder);
    } else if (name.equals(CONFIG)) {
      return hasWeights(folder) ? ofFolder(folder) : new Dropped(DroppedKind.CONFIG, List.of(file));
    }
    boolean text = TEXTS.stream().anyMatch(name::endsWith);
    return new Dropped(text ? DroppedKind.TEXT : DroppedKind.UNKNOWN, List.of(file));
  }

  private static boolean hasWeights(Path folder) {
    return any(folder, 1, name -> name.endsWith(WEIGHTS));
  }

  private static boolean hasTexts(Path folder) {
    return any(folder, CORPUS_DEPTH, name -> TEXTS.stream().anyMatch(name::endsWith));
  }

  private static boolean any(Path folder, int depth, java.util.function.Predicate<String> wanted) {
    try (Stream<Path> files = Files.walk(folder, depth)) {
      return files
          .filter(Files::isRegularFile)
          .anyMatch(file -> wanted.test(file.getFileName().toString().toLowerCase(Locale.ROOT)));
    } catch (IOException | UncheckedIOException e) {
      return false; // what can't be listed can't be opened
    }
  }
}
