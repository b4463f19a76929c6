package dev.switchyard.engine.store;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a person asked for: a picture, a table. */
public final class ExportedFile {
  private ExportedFile() {}

  /**
   * Writes a file, whole or not at all; its folder is made if need be, a file of that name
   * replaced.
   *
   * @throws dev.switchyard.engine.configuration.InputException where that can't be
   */
  public static void write(Path file, byte[] bytes) {
    try {
      Path whole = file.toAbsolutePath();
      if (Files.isDirectory(whole)) {
        throw new FileSystemException(file.toString(), null, "it is a folder; name a file in it");
      }
      Files.createDirectories(whole.getParent());
      WholeFile.write(whole, bytes);
    } catch (IOException e) {
      throw FileProblem.writing(file, e);
    }
  }
}
