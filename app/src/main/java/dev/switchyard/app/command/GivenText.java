package dev.switchyard.app.command;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.store.FileProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text that a person gives on the command line: in a file, or on standard input. */
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

  /**
   * The text that comes in on standard input, without its last line break.
   *
   * @throws InputException if it is too large, or no UTF-8 text
   */
  static String standardInput() {
    Path stdin = Path.of("standard input");
    try {
      byte[] bytes = System.in.readNBytes((int) LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new InputException(
            "Standard input has more than %,d bytes; at most so many are read here."
                .formatted(LARGEST));
      }
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString();
      if (text.indexOf('\0') >= 0) {
        throw notText(stdin, null);
      }
      return text.replaceFirst("\\R$", "");
    } catch (CharacterCodingException e) {
      throw notText(stdin, e);
    } catch (IOException e) {
      throw FileProblem.reading(stdin, e);
    }
  }

  private static InputException notText(Path file, Throwable cause) {
    return new InputException("%s is not a text file (UTF-8).".formatted(file), cause);
  }
}
