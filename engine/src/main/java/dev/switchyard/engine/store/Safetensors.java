package dev.switchyard.engine.store;

import dev.switchyard.engine.backend.HostCopy;
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
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * An open safetensors file. It is mapped, not read: a file of any size opens at once, and only what
 * is looked at is loaded. The header is checked in full before anything else.
 */
public final class Safetensors implements AutoCloseable {
  /** The format's own limit; a larger header is somebody's mistake or malice. */
  private static final long LARGEST_HEADER = 100_000_000;

  /** So much is copied out of the mapping at a time. */
  private static final int PIECE = 1 << 20;

  private final Path file;
  private final SafetensorsHeader header;
  private final Arena mapping;
  private final long dataStart;
  private final MemorySegment data;

  private Safetensors(
      Path file, SafetensorsHeader header, Arena mapping, long dataStart, MemorySegment data) {
    this.file = file;
    this.header = header;
    this.dataStart = dataStart;
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
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      byte[] headerBytes = readHeader(file, channel);
      long dataStart = Long.BYTES + (long) headerBytes.length;
      long dataBytes = channel.size() - dataStart;
      SafetensorsHeader header = SafetensorsHeader.parse(file, headerBytes, dataBytes);
      return mapped(file, header, channel, dataStart, dataBytes);
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  private static Safetensors mapped(
      Path file, SafetensorsHeader header, FileChannel channel, long dataStart, long dataBytes)
      throws IOException {
    Arena mapping = Arena.ofShared();
    try {
      MemorySegment data =
          dataBytes == 0
              ? MemorySegment.NULL
              : channel.map(FileChannel.MapMode.READ_ONLY, dataStart, dataBytes, mapping);
      return new Safetensors(file, header, mapping, dataStart, data);
    } catch (IOException | RuntimeException e) {
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

  /** Hears of a tensor's bytes, piece by piece, each beginning at a whole element. */
  @FunctionalInterface
  public interface Pieces {
    /**
     * The next piece.
     *
     * @param offset of its first byte in the tensor
     * @param bytes little-endian, off the heap, valid during the call
     */
    void piece(long offset, MemorySegment bytes);
  }

  /**
   * Reads a tensor, and nothing else of the file. Every byte is copied out of the mapping before
   * anybody works on it: where the file is cut meanwhile, the machine answers a look at the lost
   * bytes with a signal, which Java turns into an error if its own copy meets it, but not if native
   * code does.
   *
   * @throws InputException where the file was cut since it was opened
   */
  public void read(StoredTensor tensor, Pieces to) {
    long size = tensor.end() - tensor.start();
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment buffer = memory.allocate(Math.clamp(size, 1, PIECE), 64);
      for (long at = 0; at < size; at += PIECE) {
        MemorySegment piece = buffer.asSlice(0, Math.min(PIECE, size - at));
        copy(tensor.start() + at, piece);
        to.piece(at, piece);
      }
    }
  }

  private void copy(long place, MemorySegment to) {
    try {
      HostCopy.copy(data, place, to, 0, to.byteSize());
      // The error of a lost byte may come a little later: not after this look at the file.
      if (Files.size(file) < dataStart + data.byteSize()) {
        throw cut(null);
      }
    } catch (InternalError e) {
      throw cut(e);
    } catch (IOException e) {
      throw FileProblem.reading(file, e);
    }
  }

  private InputException cut(InternalError cause) {
    return new InputException(
        "%s was cut while it was in use: copy it again.".formatted(file), cause);
  }

  /** All of a tensor that is small enough for an array, little-endian. */
  public byte[] bytes(StoredTensor tensor) {
    byte[] bytes = new byte[Math.toIntExact(tensor.end() - tensor.start())];
    MemorySegment all = MemorySegment.ofArray(bytes);
    read(tensor, (at, piece) -> HostCopy.copy(piece, 0, all, at, piece.byteSize()));
    return bytes;
  }

  /** All of a tensor of real numbers that is small enough for an array. */
  public float[] floats(StoredTensor tensor) {
    float[] floats = new float[Math.toIntExact(tensor.elements())];
    int width = tensor.type().bytes();
    read(tensor, (at, piece) -> tensor.type().floats(piece, floats, Math.toIntExact(at / width)));
    return floats;
  }

  /**
   * Reads a stretch of a tensor of real numbers, and nothing else of the file.
   *
   * @param from its first element
   * @param to written from {@code place} on
   * @throws InputException where the file was cut since it was opened
   */
  public void floats(StoredTensor tensor, long from, float[] to, int place, int count) {
    Objects.checkFromIndexSize(from, count, tensor.elements());
    int width = tensor.type().bytes();
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment bytes = memory.allocate(Math.max(1, (long) count * width), 64);
      copy(tensor.start() + from * width, bytes.asSlice(0, (long) count * width));
      tensor.type().floats(bytes.asSlice(0, (long) count * width), to, place);
    }
  }

  /** CRC-32C of a tensor's bytes, 8 hexadecimal digits. */
  public String checksum(StoredTensor tensor) {
    CRC32C sum = new CRC32C();
    read(tensor, (at, piece) -> sum.update(piece.asByteBuffer()));
    return hex(sum);
  }

  static String hex(CRC32C sum) {
    return "%08x".formatted(sum.getValue());
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    mapping.close();
  }
}
