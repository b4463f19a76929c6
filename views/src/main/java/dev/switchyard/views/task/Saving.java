package dev.switchyard.views.task;

import dev.switchyard.engine.store.ExportedFile;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import javafx.scene.Node;

/** Saves what a person wants to keep: asks where, writes off the window's thread, and says so. */
public final class Saving {
  private final Tasks tasks;
  private final Notices notices;
  private final FilePrompt prompt;

  /** Saves with this window's tasks and notices. */
  public Saving(Tasks tasks, Notices notices, FilePrompt prompt) {
    this.tasks = tasks;
    this.notices = notices;
    this.prompt = prompt;
  }

  /** What asks for files. */
  public FilePrompt prompt() {
    return prompt;
  }

  /**
   * Asks where, and saves there.
   *
   * @param from what is saved: its window owns the dialog
   * @param title what it is, for people; its file is named after it
   * @param extension of the file, without a dot
   * @param contents made on another thread
   */
  public void save(Node from, String title, String extension, Callable<byte[]> contents) {
    String name = fileName(title) + "." + extension;
    prompt
        .save(from.getScene().getWindow(), "Save “%s”".formatted(title), name, extension)
        .map(file -> withExtension(file, extension))
        .ifPresent(file -> write(file, contents));
  }

  private void write(Path file, Callable<byte[]> contents) {
    tasks.run(
        file,
        "saving " + file.getFileName(),
        () -> {
          ExportedFile.write(file, contents.call());
          return file;
        },
        saved -> notices.done("Saved %s".formatted(saved)));
  }

  /** Makes something on another thread, then hands it to the window's. */
  public <T> void compute(String what, Callable<T> make, Consumer<T> take) {
    tasks.run(take, what, make, take);
  }

  private static Path withExtension(Path file, String extension) {
    String name = file.getFileName().toString();
    return name.contains(".") ? file : file.resolveSibling(name + "." + extension);
  }

  /** A title as the name of a file: small letters and hyphens. */
  static String fileName(String title) {
    String name =
        title
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^\\p{L}\\p{N}]+", "-")
            .replaceAll("(^-+)|(-+$)", "");
    return name.isEmpty() ? "chart" : name;
  }
}
