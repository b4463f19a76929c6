package dev.switchyard.engine.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * The lines of metrics.jsonl that begin in a stretch of the file, as rows of numbers. One block is
 * used for one stretch after another, so that a long history needs little memory. Not for several
 * threads at once.
 */
final class MetricsBlock {
  /** Numbers in a row. */
  static final int ROW = 2 * MetricsLine.WIDTH;

  /** What is read beyond a stretch at first, to have the end of its last line. */
  private static final int BEYOND = 1 << 13;

  private byte[] text = new byte[0];
  private double[] rows = new double[ROW * 64];
  private int count;
  private int damaged;
  private long end;

  /** Number of rows. */
  int count() {
    return count;
  }

  /** The rows, one after another; only the first {@link #count} are meant. */
  double[] rows() {
    return rows;
  }

  /** Lines that could not be read. */
  int damaged() {
    return damaged;
  }

  /** Where the last whole line that begins in the stretch ends; -1 where none does. */
  long end() {
    return end;
  }

  /**
   * Reads a stretch.
   *
   * @param from its first byte; lines begin after an end of line, or at the start of the file
   * @param to the byte after its last; a line that begins before it is read to its end
   * @param size of the file; what is after that is not looked at
   * @param lines to read at most
   */
  void read(FileChannel file, long from, long to, long size, int lines) throws IOException {
    count = 0;
    damaged = 0;
    end = -1;
    long begin = Math.max(0, from - 1);
    int length = fill(file, begin, to, size);
    int line = from == 0 ? 0 : endOfLine(0, length) + 1;
    int stop = (int) Math.min(to - begin, length);
    MetricsLine reader = new MetricsLine(text);
    while (line < stop && count < lines) {
      if ((count + 1) * ROW > rows.length) {
        rows = Arrays.copyOf(rows, rows.length * 2);
      }
      boolean good = reader.read(line, rows, count * ROW);
      int lineEnd = good ? reader.end() : endOfLine(line, length);
      if (lineEnd >= length) {
        return; // not whole yet
      }
      count += good ? 1 : 0;
      damaged += good ? 0 : 1;
      line = lineEnd + 1;
      end = begin + line;
    }
  }

  /**
   * Reads a stretch and on until the end of its last line, or to the end of the file.
   *
   * @return bytes in the text; after them stands an end of line that is none of the file's
   */
  private int fill(FileChannel file, long begin, long to, long size) throws IOException {
    int least = Math.toIntExact(Math.min(size, to) - begin);
    int length = 0;
    for (int wanted = least + BEYOND; ; wanted *= 2) {
      wanted = (int) Math.min(wanted, size - begin);
      if (text.length <= wanted) {
        text = Arrays.copyOf(text, wanted + 1);
      }
      length = readTo(file, begin, length, wanted);
      text[length] = '\n';
      boolean all = length < wanted || begin + length >= size;
      if (all || endOfLine(least - 1, length) < length || length >= LineFile.LONGEST_LINE) {
        return length;
      }
    }
  }

  private int readTo(FileChannel file, long begin, int from, int to) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(text, from, to - from);
    while (buffer.hasRemaining()) {
      if (file.read(buffer, begin + buffer.position()) < 0) {
        break;
      }
    }
    return buffer.position();
  }

  private int endOfLine(int from, int length) {
    int place = Math.max(0, from);
    while (text[place] != '\n') {
      place++;
    }
    return Math.min(place, length);
  }
}
