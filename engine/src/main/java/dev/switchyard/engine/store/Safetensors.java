package dev.switchyard.engine.store;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * An open safetensors file. It is mapped, not read: a file of any size opens at once, and only what
 * is looked at is loaded. The header is checked in full before anything else.
 */
public final class Safetensors implements AutoCloseable {
  /** The format's own limit; a larger header is somebody's mistake or malice. */
  private static final long LARGEST_HEADER = 100_000_000;

  private static final long CHECKSUM_PIECE = 64L << 20;

  private final Path file;
  private final SafetensorsHeader header;
  private final Arena mapping;
  private final MemorySegment data;

  private Safetensors(Path file, SafetensorsHeader header, Arena mapping, MemorySegment data) {
    this.file = file;
    this.header = header;
    this.mapping = mapping;
    this.data = data;
  }

  /**
   * Opens a file.
   *
   * @throws InputException where it is missing, cut or not a safetensors file; names the tensor
   */
  public static Safetensors open(Path file) {
    if (Files.isDirectory(file)) {
      throw new InputException("%s is a folder, not a safetensors file.".formatted(file));
    }
    Arena mapping = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      byte[] headerBytes = readHeader(file, channel);
      long dataStart = Long.BYTES + (long) headerBytes.length;
      long dataBytes = channel.size() - dataStart;
      SafetensorsHeader header = SafetensorsHeader.parse(file, headerBytes, dataBytes);
      MemorySegment data =
          dataBytes == 0
              ? MemorySegment.NULL
              : channel.map(FileChannel.MapMode.READ_ONLY, dataStart, dataBytes, mapping);
      return new Safetensors(file, header, mapping, data);
    } catch (IOException e) {
      mapping.close();
      throw FileProblem.reading(file, e);
    } catch (RuntimeException e) {
      mapping.close();
      throw e;
    }
  }

  private static byte[] readHeader(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < Long.BYTES) {
      throw new InputException(
          "%s is cut: %d bytes are too few for a safetensors file.".formatted(file, size));
    }
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, length);
    long headerBytes = length.getLong(0);
    if (headerBytes < 2 || headerBytes > LARGEST_HEADER) {
      throw new InputException(
          "%s is not a safetensors file: it speaks of a header of %s bytes."
              .formatted(file, Long.toUnsignedString(headerBytes)));
    }
    if (headerBytes > size - Long.BYTES) {
      throw new InputException(
          "%s is cut: its header takes %,d bytes, but only %,d are there; copy it again."
              .formatted(file, headerBytes, size - Long.BYTES));
    }
    ByteBuffer header = ByteBuffer.allocate((int) headerBytes);
    readFully(file, channel, header);
    return header.array();
  }

  private static void readFully(Path file, FileChannel channel, ByteBuffer into)
      throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new InputException("%s was cut while it was read.".formatted(file));
      }
    }
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** The tensors by name, in the header's order. */
  public Map<String, StoredTensor> tensors() {
    return Collections.unmodifiableMap(header.tensors());
  }

  /** The texts under {@code __metadata__}. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /** A tensor's place. */
  public StoredTensor tensor(String name) {
    StoredTensor tensor = header.tensors().get(name);
    if (tensor == null) {
      throw new InputException("%s has no tensor %s.".formatted(file, name));
    }
    return tensor;
  }

  /** A tensor's bytes, little-endian, in the mapped file: read-only, valid until {@link #close}. */
  public MemorySegment bytes(StoredTensor tensor) {
    return data.asSlice(tensor.start(), tensor.end() - tensor.start());
  }

  /** CRC-32C of a tensor's bytes, 8 hexadecimal digits. */
  public String checksum(StoredTensor tensor) {
    CRC32C sum = new CRC32C();
    addTo(sum, bytes(tensor));
    return hex(sum);
  }

  static void addTo(CRC32C sum, MemorySegment bytes) {
    for (long at = 0; at < bytes.byteSize(); at += CHECKSUM_PIECE) {
      long length = Math.min(CHECKSUM_PIECE, bytes.byteSize() - at);
      sum.update(bytes.asSlice(at, length).asByteBuffer());
    }
  }

  static String hex(CRC32C sum) {
    return "%08x".formatted(sum.getValue());
  }

  /** Unmaps the file; segments of it become invalid. */
  @Override
  public void close() {
    mapping.close();
  }
}
