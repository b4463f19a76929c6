package dev.switchyard.engine.store;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * What others ask of the process that trains a run: a file {@code run.request} in the run's folder,
 * one JSON object with the name {@code request}. The process looks for it some times a second,
 * removes it and does what it says between two steps. Whoever may write the folder may ask.
 */
public final class RunRequests {
  private static final String FILE = "run.request";
  private static final long PAUSE_NANOS = 50_000_000;
  private static final int PATIENCE = 200;

  /** What can be asked. */
  public enum Request {
    PAUSE,
    RESUME,
    STEP,
    CHECKPOINT,
    STOP;

    /** As it stands in the file, and as commands name it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private RunRequests() {}

  /**
   * Asks, and waits until the process has heard it; one request after the other.
   *
   * @throws InputException where nobody trains the run, or nobody answers for ten seconds
   */
  public static void ask(Path folder, Request request) {
    if (!RunFolder.isRun(folder)) {
      throw new InputException("There is no run %s.".formatted(folder));
    }
    if (!RunLock.isHeld(folder)) {
      throw new InputException(
          "Nobody trains %s now: there is nothing to %s.".formatted(folder, request.word()));
    }
    Path file = folder.resolve(FILE);
    await(folder, file);
    try {
      WholeFile.write(file, Json.line(Map.of("request", request.word())));
    } catch (IOException e) {
      throw FileProblem.writing(file, e);
    }
    await(folder, file);
  }

  private static void await(Path folder, Path file) {
    for (int i = 0; Files.exists(file); i++) {
      if (i == PATIENCE || !RunLock.isHeld(folder)) {
        forget(folder);
        throw new InputException(
            "The process that trains %s does not answer: it may have ended, or be busy."
                .formatted(folder));
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Takes what was asked, if something was; for the process that trains the run. */
  public static Optional<Request> take(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Path aside = WholeFile.aside(file);
    try {
      Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
      String word = Json.read(aside).path("request").asText();
      Files.deleteIfExists(aside);
      for (Request each : Request.values()) {
        if (each.word().equals(word)) {
          return Optional.of(each);
        }
      }
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  /** Removes what was asked of a process that has ended since. */
  public static void forget(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve(FILE));
    } catch (IOException e) {
      throw FileProblem.writing(folder.resolve(FILE), e);
    }
  }
}
