package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a file document by document, from its start or from where another reader stood. A document
 * is a line (of JSON lines, of pairs), or a block of plain text of up to {@code blockBytes}:
 * consecutive paragraphs where they fit, else lines, else words. Bytes that are no UTF-8 become
 * U+FFFD. Blank documents are passed over, but counted.
 */
final class DocumentReader implements AutoCloseable {
  private static final int CHUNK = 1 << 16;
  private static final int LONGEST_LINE = 1 << 28;
  private final TextFile file;
  private final int blockBytes;
  private final RandomAccessFile input;
  private byte[] buffer = new byte[CHUNK];
  private int start;
  private int end;
  private long offset;
  private long number;
  private String raw = "";

  /**
   * A reader that goes on at a document.
   *
   * @param offset of the document's first byte, 0 for the first
   * @param number of the document
   */
  DocumentReader(TextFile file, int blockBytes, long offset, long number) {
    this.file = file;
    this.blockBytes = blockBytes;
    this.offset = offset;
    this.number = number;
    try {
      this.input = new RandomAccessFile(file.path().toFile(), "r");
      input.seek(offset);
      if (offset == 0) {
        skipByteOrderMark();
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** The next document, or null at the end of the file. */
  Document next() {
    try {
      while (true) {
        int length = file.hasLines() ? lineLength() : blockLength();
        if (length == 0) {
          return null;
        }
        raw = new String(buffer, start, length, StandardCharsets.UTF_8);
        start += length;
        offset += length;
        number++;
        if (raw.isBlank()) {
          continue;
        }
        LineText.Contents contents =
            file.hasLines() ? LineText.read(file, raw, number) : new LineText.Contents(raw, null);
        if (!contents.text().isBlank()) {
          return new Document(
              number - 1, offset - length, offset, contents.text(), contents.target());
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** The line or block that the last document was read from, as it stands in the file. */
  String raw() {
    return raw;
  }

  /** Offset of the next document's first byte. */
  long offset() {
    return offset;
  }

  /** Number of the next document. */
  long number() {
    return number;
  }

  @Override
  public void close() {
    try {
      input.close();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private InputException unreadable(IOException e) {
    return new InputException(
        "%s can't be read: check that it is there and that you may open it.".formatted(file.path()),
        e);
  }

  private void skipByteOrderMark() throws IOException {
    fill(3);
    if (end >= 3
        && buffer[0] == (byte) 0xEF
        && buffer[1] == (byte) 0xBB
        && buffer[2] == (byte) 0xBF) {
      start = 3;
      offset = 3;
    }
  }

  /** Reads until the buffer holds {@code wanted} bytes, or to the end of the file. */
  private void fill(int wanted) throws IOException {
    if (end - start >= wanted) {
      return;
    }
    System.arraycopy(buffer, start, buffer, 0, end - start);
    end -= start;
    start = 0;
    if (buffer.length < wanted) {
      buffer = Arrays.copyOf(buffer, Math.max(wanted, 2 * buffer.length));
    }
    while (end < wanted) {
      int read = input.read(buffer, end, buffer.length - end);
      if (read < 0) {
        return;
      }
      end += read;
    }
  }

  /** Length of the next line with its end, 0 at the end of the file. */
  private int lineLength() throws IOException {
    int searched = 0;
    for (int wanted = CHUNK; ; wanted *= 2) {
      fill(wanted);
      for (int i = start + searched; i < end; i++) {
        if (buffer[i] == '\n') {
          return i + 1 - start;
        }
      }
      searched = end - start;
      if (searched < wanted) {
        return searched;
      }
      if (wanted >= LONGEST_LINE) {
        throw new InputException(
            "%s, line %d: longer than %d MB. Is it JSON lines? Split the text over more lines."
                .formatted(file.path(), number + 1, LONGEST_LINE >> 20));
      }
    }
  }

  /** Length of the next block, 0 at the end of the file. */
  private int blockLength() throws IOException {
    fill(blockBytes + 1);
    if (end - start <= blockBytes) {
      return end - start;
    }
    int paragraph = 0;
    int line = 0;
    int word = 0;
    boolean blank = false;
    for (int i = start; i < start + blockBytes; i++) {
      byte b = buffer[i];
      if (b == '\n') {
        line = i + 1 - start;
        paragraph = blank ? line : paragraph;
        blank = true;
      } else if (b == ' ' || b == '\t' || b == '\r') {
        word = i + 1 - start;
      } else {
        blank = false;
      }
    }
    int length = paragraph > 0 ? paragraph : line > 0 ? line : word;
    return length > 0 ? length : characterLength();
  }

  /** Length of a block without any blank: it ends between two characters. */
  private int characterLength() {
    int length = blockBytes;
    while (length > blockBytes - 3 && (buffer[start + length] & 0xC0) == 0x80) {
      length--;
    }
    return length;
  }
}
