package dev.switchyard.views.task;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javafx.stage.DirectoryChooser;
import javafx.stage.FileChooser;
import javafx.stage.Window;

/** Asks a person for files and folders. Called on the window's thread, which it holds meanwhile. */
public interface FilePrompt {
  /**
   * Where to save something.
   *
   * @param title of the dialog
   * @param name that is proposed
   * @param extension without a dot
   */
  Optional<Path> save(Window owner, String title, String name, String extension);

  /** A folder that exists. */
  Optional<Path> folder(Window owner, String title);

  /** The dialogs of the system. */
  static FilePrompt ofSystem() {
    return new FilePrompt() {
      @Override
      public Optional<Path> save(Window owner, String title, String name, String extension) {
        FileChooser chooser = new FileChooser();
        chooser.setTitle(title);
        chooser.setInitialFileName(name);
        chooser
            .getExtensionFilters()
            .setAll(
                List.of(
                    new FileChooser.ExtensionFilter(
                        extension.toUpperCase(java.util.Locale.ROOT), "*." + extension)));
        return Optional.ofNullable(chooser.showSaveDialog(owner)).map(File::toPath);
      }

      @Override
      public Optional<Path> folder(Window owner, String title) {
        DirectoryChooser chooser = new DirectoryChooser();
        chooser.setTitle(title);
        return Optional.ofNullable(chooser.showDialog(owner)).map(File::toPath);
      }
    };
  }
}
