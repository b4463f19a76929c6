package dev.switchyard.engine.store.huggingface;

import dev.switchyard.engine.backend.HostCopy;
import dev.switchyard.engine.store.SafetensorsWriter;
import dev.switchyard.engine.store.StoredTensor;
import dev.switchyard.engine.store.StoredType;
import dev.switchyard.engine.store.TensorDirectory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;

/**
 * Copies tensors from one model's files into another's, one after the other through one buffer,
 * under other names, in another type if wanted.
 */
final class TensorCopies {
  /** From where, under which name, of which type. */
  private record Copy(StoredTensor from, String name, StoredType type) {
    long bytes() {
      return from.elements() * type.bytes();
    }
  }

  private final TensorDirectory source;
  private final StoredType type;
  private final DoubleConsumer progress;
  private final List<Copy> copies = new ArrayList<>();
  private long written;

  /**
   * Copies of tensors of these files.
   *
   * @param type of all copies; null to leave each as it is
   * @param progress hears the share that is written, from 0 to 1
   */
  TensorCopies(TensorDirectory source, StoredType type, DoubleConsumer progress) {
    this.source = source;
    this.type = type;
    this.progress = progress;
  }

  void add(String stored, String name) {
    StoredTensor from = source.tensor(stored);
    copies.add(new Copy(from, name, type == null ? from.type() : type));
  }

  /** The type of most of the copies. */
  StoredType type() {
    return copies.getFirst().type();
  }

  /**
   * Writes all into one file.
   *
   * @return each tensor's checksum
   */
  Map<String, String> write(Path file) throws IOException {
    return write(file, copies);
  }

  /**
   * Writes files of at most so many bytes, but at least one tensor each; each file is named by its
   * number and their count.
   *
   * @return the file of each tensor
   */
  Map<String, String> write(Path folder, long most) throws IOException {
    List<List<Copy>> shards = new ArrayList<>();
    long room = 0;
    for (Copy copy : copies) {
      if (shards.isEmpty() || copy.bytes() > room) {
        shards.add(new ArrayList<>());
        room = most;
      }
      shards.getLast().add(copy);
      room -= copy.bytes();
    }
    if (shards.size() == 1) {
      write(folder.resolve(TensorDirectory.SINGLE), copies);
      return Map.of();
    }
    Map<String, String> places = new LinkedHashMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      shards.get(i).forEach(copy -> places.put(copy.name(), name));
      write(folder.resolve(name), shards.get(i));
    }
    return places;
  }

  /** Bytes of all copies together. */
  long bytes() {
    return copies.stream().mapToLong(Copy::bytes).sum();
  }

  private Map<String, String> write(Path file, List<Copy> shard) throws IOException {
    long largest = shard.stream().mapToLong(Copy::bytes).max().orElse(0);
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment buffer = memory.allocate(Math.max(1, largest), 64);
      SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
      for (Copy copy : shard) {
        writer.add(copy.name(), copy.type(), copy.from().shape(), () -> fill(copy, buffer));
      }
      return writer.write(file);
    }
  }

  private MemorySegment fill(Copy copy, MemorySegment buffer) {
    StoredType from = copy.from().type();
    StoredType to = copy.type();
    source.read(
        copy.from().name(),
        (at, bytes) -> {
          if (from == to) {
            HostCopy.copy(bytes, 0, buffer, at, bytes.byteSize());
          } else {
            float[] floats = new float[Math.toIntExact(bytes.byteSize() / from.bytes())];
            from.floats(bytes, floats, 0);
            to.write(floats, buffer.asSlice(at / from.bytes() * to.bytes()));
          }
        });
    written += copy.bytes();
    progress.accept((double) written / Math.max(1, bytes()));
    return buffer.asSlice(0, copy.bytes());
  }
}
