package dev.switchyard.engine.store;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that is there with all its files or not at all: written aside, then renamed. */
public final class NewFolder {
  /** Writes the files into a folder that is there and empty. */
  @FunctionalInterface
  public interface Contents {
    /** Writes all of them. */
    void writeTo(Path folder) throws IOException;
  }

  private NewFolder() {}

  /**
   * Writes a folder.
   *
   * @param path must not exist yet, or be an empty folder
   * @throws InputException where something is there, or it can't be written
   */
  public static void write(Path path, Contents contents) {
    Path folder = path.toAbsolutePath().normalize();
    try {
      if (Files.exists(folder) && !Files.isDirectory(folder)) {
        throw new InputException("%s is a file; name a folder.".formatted(path));
      } else if (!WholeFile.list(folder).isEmpty()) {
        throw new InputException("%s is not empty; name another folder.".formatted(path));
      } else if (folder.getFileName() == null) {
        throw new InputException("%s can't be written; name a folder.".formatted(path));
      }
      Files.createDirectories(folder.getParent());
      Path aside = Files.createDirectory(WholeFile.aside(folder));
      try {
        contents.writeTo(aside);
        WholeFile.syncFolder(aside);
        WholeFile.rename(aside, folder);
      } catch (IOException | RuntimeException e) {
        WholeFile.deleteAfter(aside, e);
        throw e;
      }
    } catch (IOException e) {
      throw FileProblem.writing(path, e);
    }
  }
}
