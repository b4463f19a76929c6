package dev.switchyard.engine.store;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A run on disk, held by the process that trains it:
 *
 * <pre>
 * run.json             configuration and provenance
 * metrics.jsonl        a line a step
 * events.jsonl         a line for each thing that happened
 * probes.jsonl         a line for each look at the probes
 * checkpoints/step-N/  see {@link Checkpoint}
 * run.lock             held while a process trains the run
 * </pre>
 */
public final class RunFolder implements AutoCloseable {
  public static final String RUN = "run.json";
  public static final String METRICS = "metrics.jsonl";
  public static final String EVENTS = "events.jsonl";
  public static final String PROBES = "probes.jsonl";
  public static final String CHECKPOINTS = "checkpoints";

  private final Path path;
  private final RunLock lock;

  private RunFolder(Path path, RunLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes a new run folder.
   *
   * @param path must not exist yet, or be empty
   * @param run what {@code run.json} is to hold
   * @throws InputException where something is there, or the folder can't be written
   */
  public static RunFolder create(Path path, Map<String, ?> run) {
    checkFree(path);
    RunLock lock = null;
    boolean existed = Files.isDirectory(path);
    try {
      Files.createDirectories(path);
      lock = RunLock.take(path);
      RunFolder folder = new RunFolder(path, lock);
      folder.write(run);
      return folder;
    } catch (IOException | RuntimeException e) {
      if (lock != null) {
        new RunFolder(path, lock).discard(existed);
      } else if (!existed) {
        deleteEmptied(path, e);
      }
      throw e instanceof IOException io ? FileProblem.writing(path, io) : (RuntimeException) e;
    }
  }

  private static void deleteEmptied(Path path, Exception reason) {
    try {
      WholeFile.deleteIfEmpty(path);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /**
   * Checks that a new run may have this folder.
   *
   * @throws InputException where something is there already
   */
  public static void checkFree(Path path) {
    try {
      if (isRun(path)) {
        throw new InputException(
            "%s holds a run already: resume it, or choose another folder.".formatted(path));
      } else if (Files.exists(path) && !Files.isDirectory(path)) {
        throw new InputException(
            "%s is a file; a run needs a folder that does not exist yet.".formatted(path));
      } else if (!WholeFile.list(path).stream().allMatch(RunFolder::isTraceOfNoRun)) {
        throw new InputException(
            "%s is not empty; a run needs a folder of its own.".formatted(path));
      }
    } catch (IOException e) {
      throw FileProblem.reading(path, e);
    }
  }

  /** What a process leaves that was killed before its run began: the lock, files half written. */
  private static boolean isTraceOfNoRun(Path file) {
    return file.endsWith(RunLock.FILE) || WholeFile.isUnfinished(file);
  }

  /**
   * Takes an existing run in order to go on with it.
   *
   * @throws InputException where there is none, or another process has it
   */
  public static RunFolder open(Path path) {
    if (!isRun(path)) {
      throw new InputException(
          Files.exists(path)
              ? "%s is no run: it has no run.json.".formatted(path)
              : "There is no run %s.".formatted(path));
    }
    return new RunFolder(path, RunLock.take(path));
  }

  /** Whether a folder is a run. */
  public static boolean isRun(Path path) {
    return Files.isRegularFile(path.resolve(RUN));
  }

  /**
   * Whether a run that some process held is no longer in its place: deleted, moved, or being
   * deleted. A process that ends, however it ends, leaves its files.
   */
  public static boolean isGone(Path path) {
    return !isRun(path) || !Files.exists(path.resolve(RunLock.FILE));
  }

  /** What {@code run.json} of a run holds, as nested maps. */
  public static Map<String, Object> read(Path path) {
    return Json.map(Json.read(path.resolve(RUN)));
  }

  /** A part of {@code run.json} that is a map itself. */
  public static Map<String, Object> section(Path path, Map<String, ?> run, String name) {
    if (run.get(name) instanceof Map<?, ?> section) {
      Map<String, Object> copy = new LinkedHashMap<>();
      section.forEach((key, value) -> copy.put(String.valueOf(key), value));
      return copy;
    }
    throw new InputException("%s has no section \"%s\".".formatted(path.resolve(RUN), name));
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** Its checkpoints. */
  public Checkpoints checkpoints() {
    return checkpoints(path);
  }

  /** The checkpoints of a run. */
  public static Checkpoints checkpoints(Path path) {
    return new Checkpoints(path.resolve(CHECKPOINTS));
  }

  /** Replaces {@code run.json} as a whole. */
  public void write(Map<String, ?> run) {
    try {
      WholeFile.deleteUnfinished(path);
      describe(path, run);
    } catch (IOException e) {
      throw FileProblem.writing(path.resolve(RUN), e);
    }
  }

  /** Writes the {@code run.json} of a run that nobody knows of yet. */
  public static void describe(Path folder, Map<String, ?> run) throws IOException {
    WholeFile.write(folder.resolve(RUN), Json.pretty(run));
  }

  /** Removes a run that could not be begun: all that it wrote, and the folder if it made that. */
  public void discard(boolean keepFolder) {
    try {
      for (Path each : WholeFile.list(path)) {
        // The lock goes last: until then nobody else begins a run among what is being deleted.
        if (!each.endsWith(RunLock.FILE)) {
          WholeFile.deleteAll(each);
        }
      }
      lock.delete();
      if (!keepFolder) {
        WholeFile.deleteIfEmpty(path);
      }
    } catch (IOException e) {
      // What made the run fail is said already; here only its traces stay.
    } finally {
      close();
    }
  }

  /** Gives the run up to other processes. */
  @Override
  public void close() {
    lock.close();
  }
}
