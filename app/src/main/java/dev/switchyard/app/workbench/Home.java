package dev.switchyard.app.workbench;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.store.FileProblem;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * The folder that the program keeps things in.
 *
 * @param folder {@code SWITCHYARD_HOME}, or {@code ~/Switchyard}
 */
public record Home(Path folder) {
  /** The environment's variable that names it. */
  public static final String VARIABLE = "SWITCHYARD_HOME";

  /** The folder that the environment names, or the usual one. */
  public static Home ofEnvironment() {
    String named = System.getenv(VARIABLE);
    Path folder =
        named == null || named.isBlank()
            ? Path.of(System.getProperty("user.home"), "Switchyard")
            : Path.of(named);
    return new Home(folder.toAbsolutePath().normalize());
  }

  /** Where runs go unless said otherwise. */
  public Path runs() {
    return folder.resolve("runs");
  }

  /** Log files, one a day. */
  public Path logs() {
    return folder.resolve("logs");
  }

  /** What can be made again. */
  public Path cache() {
    return folder.resolve("cache");
  }

  /** The desktop's settings. */
  public Path settings() {
    return folder.resolve("settings.json");
  }

  /** A run by its folder, or by its name in the runs folder. */
  public Path runNamed(Path run) {
    boolean isName = run.getNameCount() == 1 && !run.isAbsolute() && !Files.exists(run);
    return isName && Files.exists(runs().resolve(run))
        ? runs().resolve(run)
        : run.toAbsolutePath().normalize();
  }

  /**
   * Makes something in a new folder of the runs folder, named after the given name with the first
   * number that is free. The folder is there, and empty, before the maker is called, so that two
   * programs never take the same; it is deleted again where making fails.
   */
  public <T> T withFreeRunFolder(String name, Function<Path, T> maker) {
    Path folder = reserve(name);
    try {
      return maker.apply(folder);
    } catch (RuntimeException e) {
      deleteIfEmpty(folder, e);
      throw e;
    }
  }

  private Path reserve(String name) {
    try {
      Files.createDirectories(runs());
      for (int number = 1; ; number++) {
        Path folder = runs().resolve(name + "-" + number);
        try {
          return Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
          // Taken: the next number.
        }
      }
    } catch (IOException e) {
      throw FileProblem.writing(runs(), e);
    }
  }

  private static void deleteIfEmpty(Path folder, RuntimeException reason) {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /** Creates a folder of this home. */
  public static Path made(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InputException(
          "Can't make the folder %s; set %s to a folder that can be written."
              .formatted(folder, VARIABLE),
          e);
    }
  }
}
