package dev.switchyard.engine.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A file of JSON objects, one a line, that grows at its end. Lines are gathered and written
 * together; when a write fails, what of it reached the disk is taken back, so that the file always
 * ends with a whole line. Not for several threads at once.
 */
final class LineFile implements AutoCloseable {
  /** Far above any step's line, and a bound on what a foreign file can make us hold. */
  private static final int LONGEST_LINE = 64 << 20;

  private static final int GATHER = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();

  private LineFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Opens a file, or makes it, without its lines of later steps and without a cut last line. */
  static LineFile openAfter(Path file, long step) {
    try {
      removeAfter(file, step);
      return new LineFile(
          file,
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.APPEND));
    } catch (IOException e) {
      throw FileProblem.writing(file, e);
    }
  }

  private static void removeAfter(Path file, long step) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    long size = Files.size(file);
    // Steps only grow in these files, so what goes is nearly always the end: cut it off there.
    long[] keptBytes = {0};
    boolean[] onlyTheEnd = {true};
    boolean[] removed = {false};
    read(
        file,
        (line, bytes) -> {
          boolean keep = line.path("step").asLong() <= step;
          if (keep && removed[0]) {
            onlyTheEnd[0] = false;
          }
          removed[0] |= !keep;
          if (keep && onlyTheEnd[0]) {
            keptBytes[0] += bytes.length + 1;
          } else if (keep) {
            kept.writeBytes(bytes);
            kept.write('\n');
          }
        });
    if (keptBytes[0] < size) {
      rewrite(file, keptBytes[0], kept.toByteArray());
    }
  }

  private static void rewrite(Path file, long keep, byte[] then) throws IOException {
    if (then.length == 0) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(keep);
        channel.force(true);
      }
      return;
    }
    WholeFile.write(
        file,
        channel -> {
          try (FileChannel old = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long at = 0; at < keep; ) {
              at += old.transferTo(at, keep - at, channel);
            }
          }
          ByteBuffer buffer = ByteBuffer.wrap(then);
          while (buffer.hasRemaining()) {
            channel.write(buffer);
          }
        });
  }

  /** Adds a line; {@link #push} or a full buffer writes it. */
  void add(Object line) {
    gathered.writeBytes(Json.line(line));
    gathered.write('\n');
    if (gathered.size() >= GATHER) {
      push();
    }
  }

  /** Hands the gathered lines to the system. */
  void push() {
    if (gathered.size() == 0) {
      return;
    }
    ByteBuffer buffer = ByteBuffer.wrap(gathered.toByteArray());
    gathered.reset();
    try {
      long before = channel.size();
      try {
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      } catch (IOException e) {
        takeBack(before, e);
        throw e;
      }
    } catch (IOException e) {
      throw FileProblem.writing(file, e);
    }
  }

  private void takeBack(long size, IOException cause) {
    try {
      channel.truncate(size);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Writes the gathered lines and waits until the disk has them. */
  void sync() {
    push();
    try {
      channel.force(false);
    } catch (IOException e) {
      throw FileProblem.writing(file, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // All lines were synced before; there is nothing left to lose.
    }
  }

  /** Hears of a line, parsed and as it stands in the file without its end. */
  interface Reader {
    void line(JsonNode parsed, byte[] bytes);
  }

  /** Reads all whole lines; none where there is no file. */
  static void read(Path file, Consumer<JsonNode> each) {
    try {
      read(file, (parsed, bytes) -> each.accept(parsed));
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  /** The last whole line, found from the end of the file; nothing where there is none. */
  static Optional<JsonNode> last(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (long tail = GATHER; ; tail *= 4) {
        long from = Math.max(0, channel.size() - tail);
        Optional<JsonNode> found = lastIn(read(channel, from), from == 0);
        if (found.isPresent() || from == 0 || tail > LONGEST_LINE) {
          return found;
        }
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  private static byte[] read(FileChannel channel, long from) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(channel.size() - from));
    while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
      // Reads on until the end.
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  /** What follows the last end of a line is not whole; what precedes the first, perhaps not. */
  private static Optional<JsonNode> lastIn(byte[] tail, boolean fromTheStart) {
    int end = tail.length - 1;
    while (end >= 0 && tail[end] != '\n') {
      end--;
    }
    int begin = end - 1;
    while (begin >= 0 && tail[begin] != '\n') {
      begin--;
    }
    if (end < 0 || (begin < 0 && !fromTheStart)) {
      return Optional.empty();
    }
    try {
      JsonNode line = Json.LINES.readTree(Arrays.copyOfRange(tail, begin + 1, end));
      return line.isObject() ? Optional.of(line) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Reads whole lines up to the first that is none: a kill cuts the last, nothing else does. */
  private static void read(Path file, Reader each) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), GATHER)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b != '\n') {
          line.write(b);
          if (line.size() > LONGEST_LINE) {
            return;
          }
          continue;
        }
        JsonNode parsed;
        try {
          parsed = Json.LINES.readTree(line.toByteArray());
        } catch (JsonProcessingException e) {
          return;
        }
        if (!parsed.isObject()) {
          return;
        }
        each.line(parsed, line.toByteArray());
        line.reset();
      }
    } catch (NoSuchFileException e) {
      // A run that has not made a step yet.
    }
  }
}
