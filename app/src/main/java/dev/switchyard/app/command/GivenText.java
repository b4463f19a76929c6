package dev.switchyard.app.command;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.store.FileProblem;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text file that a person names on the command line. */
final class GivenText {
  /** Larger files are no text to look at token by token, and no settings either. */
  private static final long LARGEST = 4L << 20;

  private GivenText() {}

  /**
   * The file's text.
   *
   * @throws InputException if it is not there, too large, or no UTF-8 text
   */
  static String read(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new InputException("%s is a folder; name a text file.".formatted(file));
      }
      if (Files.size(file) > LARGEST) {
        throw new InputException(
            "%s is %,d bytes; at most %,d are read here."
                .formatted(file, Files.size(file), LARGEST));
      }
      String text = Files.readString(file);
      if (text.indexOf('\0') >= 0) {
        throw notText(file, null);
      }
      return text;
    } catch (CharacterCodingException e) {
      throw notText(file, e);
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  private static InputException notText(Path file, Throwable cause) {
    return new InputException("%s is not a text file (UTF-8).".formatted(file), cause);
  }
}
