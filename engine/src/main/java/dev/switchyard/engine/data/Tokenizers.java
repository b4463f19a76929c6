package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Opens tokenizers by name, by path, or from what a run folder or checkpoint kept of one. */
public final class Tokenizers {
  /** The name of a tokenizer's file in a model folder. */
  public static final String FILE_NAME = "tokenizer.json";

  private Tokenizers() {}

  /**
   * Opens a tokenizer.
   *
   * @param nameOrPath "bytes", or the path of a {@code tokenizer.json} or of a folder with one
   * @throws InputException where there is none, or it can't be used
   */
  public static Tokenizer open(String nameOrPath) {
    if (nameOrPath.equals(ByteTokenizer.NAME)) {
      return new ByteTokenizer();
    }
    Path path = path(nameOrPath);
    Path file = Files.isDirectory(path) ? path.resolve(FILE_NAME) : path;
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "There is no tokenizer at %s: give bytes, or the path of a tokenizer.json."
              .formatted(file));
    }
    if (ByteTokenizerFile.isAt(file)) {
      return new ByteTokenizer();
    }
    try {
      return JsonTokenizer.read(Files.readString(file), file.toString());
    } catch (IOException e) {
      throw new InputException(
          "The tokenizer %s can't be read: is it UTF-8 text that you may open?".formatted(file), e);
    }
  }

  /** The tokenizer that gave this {@link Tokenizer#description()}. */
  public static Tokenizer of(String description) {
    return description.equals(ByteTokenizer.NAME)
        ? new ByteTokenizer()
        : JsonTokenizer.read(description, "of this model");
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new InputException(
          "tokenizer is \"%s\", but must be bytes or the path of a tokenizer.json.".formatted(text),
          e);
    }
  }
}
