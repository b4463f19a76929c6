package dev.switchyard.engine.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * Follows a file of JSON lines that another process writes: each reading hands over the whole lines
 * that came since the last. What is not whole yet is read again; a file that was cut is read from
 * its beginning. Not for several threads at once.
 */
final class LineTail {
  private static final int CHUNK = 1 << 18;

  private final Path file;
  private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
  private long read;
  private boolean begunAnew;

  /** Nothing is read yet; the file need not exist. */
  LineTail(Path file) {
    this.file = file;
  }

  /** Reads on to the end of the file; damaged lines are passed over. */
  void read(Consumer<JsonNode> each) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      begunAnew = channel.size() < read;
      if (begunAnew) {
        read = 0;
        unfinished.reset();
      }
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      while (channel.read(chunk, read) > 0) {
        chunk.flip();
        read += chunk.remaining();
        lines(chunk, each);
        chunk.clear();
      }
    } catch (NoSuchFileException e) {
      // Nothing was written yet.
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  /** Whether the reading that goes on now, or the last, began with the first line again. */
  boolean hasBegunAnew() {
    return begunAnew;
  }

  private void lines(ByteBuffer chunk, Consumer<JsonNode> each) {
    while (chunk.hasRemaining()) {
      byte next = chunk.get();
      if (next != '\n') {
        if (unfinished.size() < LineFile.LONGEST_LINE) {
          unfinished.write(next);
        }
        continue;
      }
      JsonNode line = LineFile.parse(unfinished.toByteArray());
      unfinished.reset();
      if (line != null) {
        each.accept(line);
      }
    }
  }
}
