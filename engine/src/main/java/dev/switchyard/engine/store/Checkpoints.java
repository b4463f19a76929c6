package dev.switchyard.engine.store;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The checkpoints of a run: {@code step-N} folders, each whole or absent. */
public final class Checkpoints {
  private static final Pattern NAME = Pattern.compile("step-(0|[1-9][0-9]{0,17})");

  private final Path folder;

  /** The checkpoints in a folder, which need not exist yet. */
  public Checkpoints(Path folder) {
    this.folder = folder;
  }

  /** The folders by step, oldest first. */
  public SortedMap<Long, Path> list() {
    SortedMap<Long, Path> found = new TreeMap<>();
    try {
      for (Path each : WholeFile.list(folder)) {
        Matcher name = NAME.matcher(each.getFileName().toString());
        if (name.matches() && Files.isDirectory(each)) {
          found.put(Long.valueOf(name.group(1)), each);
        }
      }
    } catch (IOException e) {
      throw FileProblem.reading(folder, e);
    }
    return found;
  }

  /**
   * Writes a checkpoint: aside first, then renamed, so that it stands only when all of it is on the
   * disk. A failure or a kill at any moment leaves those before it as they were. Does nothing where
   * a checkpoint of that step stands.
   *
   * @throws InputException where the disk is full or may not be written
   */
  public Path write(CheckpointParts parts) {
    Path target = folder.resolve("step-" + parts.step());
    if (Files.isDirectory(target)) {
      return target;
    }
    Path aside = WholeFile.aside(target);
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectory(folder); // not what it stands in: a run that was deleted stays so
      }
      Files.createDirectory(aside);
      parts.writeTo(aside);
      WholeFile.syncFolder(aside);
      WholeFile.rename(aside, target);
      return target;
    } catch (IOException e) {
      WholeFile.deleteAfter(aside, e);
      throw FileProblem.writing(target, e);
    } catch (RuntimeException e) {
      WholeFile.deleteAfter(aside, e);
      throw e;
    }
  }

  /** Deletes all but the newest; a kill in the middle leaves no half-deleted checkpoint. */
  public void keepNewest(int keep) {
    List<Path> all = new ArrayList<>(list().values());
    for (Path old : all.subList(0, Math.max(0, all.size() - keep))) {
      try {
        Path aside = WholeFile.aside(old);
        WholeFile.rename(old, aside);
        WholeFile.deleteAll(aside);
      } catch (IOException e) {
        throw FileProblem.writing(old, e);
      }
    }
  }

  /**
   * The newest checkpoint whose every byte is as it was written.
   *
   * @param damaged hears of each newer one that is not, with a line that names the file
   * @throws InputException where there is none
   */
  public Checkpoint newestWhole(Consumer<String> damaged) {
    List<Path> newestFirst = new ArrayList<>(list().values()).reversed();
    String problem = null;
    for (Path each : newestFirst) {
      try {
        Checkpoint checkpoint = Checkpoint.open(each);
        checkpoint.verify();
        return checkpoint;
      } catch (InputException e) {
        problem = problem == null ? e.getMessage() : problem;
        damaged.accept(e.getMessage());
      }
    }
    throw new InputException(
        problem == null
            ? "%s holds no checkpoint.".formatted(folder)
            : "%s holds no whole checkpoint: %s".formatted(folder, problem));
  }

  /** Whether none was ever finished. */
  public boolean isEmpty() {
    return list().isEmpty();
  }

  /** The newest checkpoint's folder, whole or not. */
  public Path newest() {
    SortedMap<Long, Path> all = list();
    if (all.isEmpty()) {
      throw new InputException("%s holds no checkpoint.".formatted(folder));
    }
    return all.get(all.lastKey());
  }

  /**
   * Clears the way for a run that goes on from a step: what killed processes left unfinished is
   * deleted, and checkpoints of later steps, which are damaged, get names that nobody reads.
   */
  public void goOnFrom(long step) {
    try {
      WholeFile.deleteUnfinished(folder);
      for (Path later : list().tailMap(step + 1).values()) {
        Path away = later.resolveSibling(later.getFileName() + ".damaged");
        WholeFile.deleteAll(away);
        WholeFile.rename(later, away);
      }
    } catch (IOException e) {
      throw FileProblem.writing(folder, e);
    }
  }
}
