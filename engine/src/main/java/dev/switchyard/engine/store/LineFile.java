package dev.switchyard.engine.store;

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
  static final int LONGEST_LINE = 64 << 20;

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
    // Steps only grow in these files, so what goes is nearly always the end: cut it off there.
    long[] keptBytes = {0};
    boolean[] removed = {false};
    boolean[] onlyTheEnd = {true};
    read(
        file,
        (line, bytes) -> {
          boolean keep = stays(line, step);
          onlyTheEnd[0] &= !(keep && removed[0]);
          removed[0] |= !keep;
          keptBytes[0] += removed[0] ? 0 : bytes.length + 1;
        });
    if (!onlyTheEnd[0]) {
      WholeFile.write(file, channel -> copyStaying(file, step, channel));
    } else if (keptBytes[0] < Files.size(file)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(keptBytes[0]);
        channel.force(true);
      }
    }
  }

  /** A damaged line goes, alone: those before and after it are as good as ever. */
  private static boolean stays(JsonNode line, long step) {
    return line != null && line.path("step").asLong() <= step;
  }

  private static void copyStaying(Path file, long step, FileChannel to) throws IOException {
    ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    read(
        file,
        (line, bytes) -> {
          if (stays(line, step)) {
            gathered.writeBytes(bytes);
            gathered.write('\n');
          }
          if (gathered.size() >= GATHER) {
            writeAll(gathered, to);
          }
        });
    writeAll(gathered, to);
  }

  private static void writeAll(ByteArrayOutputStream gathered, FileChannel to) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(gathered.toByteArray());
    gathered.reset();
    while (buffer.hasRemaining()) {
      to.write(buffer);
    }
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

  /** Hears of a line, parsed (null: damaged) and as it stands in the file without its end. */
  private interface Reader {
    void line(JsonNode parsed, byte[] bytes) throws IOException;
  }

  /** Reads all whole lines and passes over damaged ones; none where there is no file. */
  static void read(Path file, Consumer<JsonNode> each) {
    try {
      read(
          file,
          (parsed, bytes) -> {
            if (parsed != null) {
              each.accept(parsed);
            }
          });
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  /**
   * The last whole, undamaged line, found from the end of the file; nothing where there is none.
   */
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

  /**
   * What follows the last end of a line is not whole; what precedes the first, perhaps not. A
   * damaged line gives way to the one before it.
   */
  private static Optional<JsonNode> lastIn(byte[] tail, boolean fromTheStart) {
    int end = endOfLineBefore(tail, tail.length);
    while (end >= 0) {
      int begin = endOfLineBefore(tail, end);
      if (begin < 0 && !fromTheStart) {
        return Optional.empty();
      }
      JsonNode line = parse(Arrays.copyOfRange(tail, begin + 1, end));
      if (line != null) {
        return Optional.of(line);
      }
      end = begin;
    }
    return Optional.empty();
  }

  private static int endOfLineBefore(byte[] bytes, int place) {
    int at = place - 1;
    while (at >= 0 && bytes[at] != '\n') {
      at--;
    }
    return at;
  }

  /** A line's object; null where it is none. */
  static JsonNode parse(byte[] line) {
    try {
      JsonNode parsed = Json.LINES.readTree(line);
      return parsed.isObject() ? parsed : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static void read(Path file, Reader each) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), GATHER)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b == '\n') {
          byte[] bytes = line.toByteArray();
          each.line(parse(bytes), bytes);
          line.reset();
        } else if (line.size() < LONGEST_LINE) {
          line.write(b);
        } else {
          return;
        }
      }
    } catch (NoSuchFileException e) {
      // A run that has not made a step yet.
    }
  }
}
