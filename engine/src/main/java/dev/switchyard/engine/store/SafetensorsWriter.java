package dev.switchyard.engine.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes a safetensors file, tensor after tensor, so that no more than one is in memory. The file
 * appears under its name only when it is whole and on the disk.
 */
public final class SafetensorsWriter {
  /** Gives a tensor's bytes, little-endian, when its turn comes; the segment may be reused then. */
  @FunctionalInterface
  public interface Source {
    /** All bytes of the tensor, off the heap or in a byte array. */
    MemorySegment bytes();
  }

  private record Pending(StoredTensor place, Source source) {}

  private static final long PIECE = 8L << 20;
  private static final int ALIGNMENT = 8;

  private final Map<String, Pending> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private long end;

  /** Adds a text under {@code __metadata__}. */
  public SafetensorsWriter metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /** Adds a tensor; tensors follow one another in the order of these calls. */
  public SafetensorsWriter add(String name, StoredType type, long[] shape, Source source) {
    long bytes = type.bytes();
    for (long length : shape) {
      bytes = Math.multiplyExact(bytes, length);
    }
    StoredTensor place = new StoredTensor(name, type, shape.clone(), end, end + bytes);
    if (tensors.put(name, new Pending(place, source)) != null) {
      throw new IllegalArgumentException("Two tensors have the name " + name);
    }
    end += bytes;
    return this;
  }

  /**
   * Writes the file.
   *
   * @return each tensor's CRC-32C, as {@link Safetensors#checksum} computes it
   */
  public Map<String, String> write(Path file) throws IOException {
    Map<String, String> checksums = new LinkedHashMap<>();
    WholeFile.write(
        file,
        channel -> {
          writeAll(channel, ByteBuffer.wrap(header()));
          for (Pending pending : tensors.values()) {
            checksums.put(pending.place().name(), write(channel, pending));
          }
        });
    return checksums;
  }

  private static String write(FileChannel channel, Pending pending) throws IOException {
    MemorySegment bytes = pending.source().bytes();
    StoredTensor place = pending.place();
    if (bytes.byteSize() != place.end() - place.start()) {
      throw new IllegalStateException("%s gave %d bytes".formatted(place.name(), bytes.byteSize()));
    }
    CRC32C sum = new CRC32C();
    for (long at = 0; at < bytes.byteSize(); at += PIECE) {
      ByteBuffer piece = bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).asByteBuffer();
      sum.update(piece.duplicate());
      writeAll(channel, piece);
    }
    return Safetensors.hex(sum);
  }

  private static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private byte[] header() {
    Map<String, Object> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put("__metadata__", metadata);
    }
    tensors.forEach(
        (name, pending) -> {
          Map<String, Object> entry = new LinkedHashMap<>();
          entry.put("dtype", pending.place().type().name());
          entry.put("shape", pending.place().shape());
          entry.put("data_offsets", new long[] {pending.place().start(), pending.place().end()});
          header.put(name, entry);
        });
    byte[] json = Json.line(header);
    // Padded with spaces, so that the first tensor is aligned in a mapped file.
    int padded = Math.ceilDiv(json.length, ALIGNMENT) * ALIGNMENT;
    ByteBuffer all =
        ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded);
    all.put(json);
    while (all.hasRemaining()) {
      all.put((byte) ' ');
    }
    return all.array();
  }
}
