package dev.switchyard.engine.store;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Carries tensors between a backend's memory and a safetensors file. */
public final class TensorFile {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private TensorFile() {}

  /**
   * Writes tensors into a new file, as a whole or not at all.
   *
   * @return each tensor's CRC-32C by name
   */
  public static Map<String, String> save(Path file, Backend backend, List<NamedTensor> tensors)
      throws IOException {
    // One buffer, as large as the largest tensor, carries all of them.
    long largest = tensors.stream().mapToLong(t -> bytesOfPart(t)).max().orElse(0);
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment buffer = memory.allocate(Math.max(1, largest), 64);
      // Readers of the Hugging Face library ask for this mark: weights lie as PyTorch has them.
      SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
      for (NamedTensor named : tensors) {
        for (int i = 0; i < named.names().size(); i++) {
          Tensor part = named.part(i);
          MemorySegment bytes = buffer.asSlice(0, bytesOfPart(named));
          writer.add(
              named.names().get(i),
              storedType(part.type()),
              Arrays.stream(named.partShape()).asLongStream().toArray(),
              () -> {
                backend.read(part, bytes);
                return bytes;
              });
        }
      }
      return writer.write(file);
    }
  }

  /**
   * Reads tensors from a file into a backend's memory. All names and shapes are checked before the
   * first element is written.
   *
   * @param tensors exactly those that the file must hold
   * @param checksums CRC-32C by name, or null where none are known
   * @throws InputException naming file and tensor, for what is missing, too much, of another shape
   *     or damaged
   */
  public static void load(
      Path file, Backend backend, List<NamedTensor> tensors, Map<String, String> checksums) {
    try (Safetensors stored = Safetensors.open(file)) {
      check(stored, tensors);
      for (NamedTensor named : tensors) {
        for (int i = 0; i < named.names().size(); i++) {
          StoredTensor place = stored.tensor(named.names().get(i));
          if (checksums != null) {
            checkSum(stored, place, checksums);
          }
          write(backend, stored.bytes(place), place, named.part(i));
        }
      }
      backend.synchronize();
    }
  }

  /**
   * Compares every tensor of a file with its checksum.
   *
   * @throws InputException naming file and tensor
   */
  public static void verify(Path file, Map<String, String> checksums) {
    try (Safetensors stored = Safetensors.open(file)) {
      for (String name : checksums.keySet()) {
        checkSum(stored, stored.tensor(name), checksums);
      }
      for (StoredTensor place : stored.tensors().values()) {
        checkSum(stored, place, checksums);
      }
    }
  }

  private static void checkSum(
      Safetensors stored, StoredTensor place, Map<String, String> checksums) {
    String expected = checksums.get(place.name());
    if (expected == null) {
      throw new InputException(
          "%s has a tensor %s that its checkpoint does not know."
              .formatted(stored.file(), place.name()));
    } else if (!expected.equals(stored.checksum(place))) {
      throw new InputException(
          "%s is damaged: the bytes of tensor %s are not those that were written."
              .formatted(stored.file(), place.name()));
    }
  }

  private static void check(Safetensors stored, List<NamedTensor> tensors) {
    Set<String> expected = new HashSet<>();
    for (NamedTensor named : tensors) {
      int[] shape = named.partShape();
      for (String name : named.names()) {
        expected.add(name);
        StoredTensor place = stored.tensors().get(name);
        if (place == null) {
          throw new InputException(
              "%s has no tensor %s: it belongs to another model.".formatted(stored.file(), name));
        } else if (!Arrays.equals(place.shape(), Arrays.stream(shape).asLongStream().toArray())) {
          throw new InputException(
              "%s has tensor %s of shape %s, but the model needs %s."
                  .formatted(
                      stored.file(), name, Arrays.toString(place.shape()), Arrays.toString(shape)));
        } else if (!place.type().holdsWeights()) {
          throw new InputException(
              "%s has tensor %s in %s; weights must be F32, F64, F16 or BF16."
                  .formatted(stored.file(), name, place.type()));
        }
      }
    }
    for (String name : stored.tensors().keySet()) {
      if (!expected.contains(name)) {
        throw new InputException(
            "%s has a tensor %s that the model does not have: it belongs to another model."
                .formatted(stored.file(), name));
      }
    }
  }

  private static void write(Backend backend, MemorySegment bytes, StoredTensor place, Tensor into) {
    if (place.type() == storedType(into.type()) && into.size() > 0) {
      backend.write(into, bytes);
    } else if (into.size() > 0) {
      backend.write(into, floats(bytes, place));
    }
  }

  private static float[] floats(MemorySegment bytes, StoredTensor place) {
    float[] floats = new float[Math.toIntExact(place.elements())];
    for (int i = 0; i < floats.length; i++) {
      floats[i] =
          switch (place.type()) {
            case F32 -> bytes.get(FLOAT, i * 4L);
            case F64 -> (float) bytes.get(DOUBLE, i * 8L);
            case F16 -> Float.float16ToFloat(bytes.get(SHORT, i * 2L));
            case BF16 -> Float.intBitsToFloat(bytes.get(SHORT, i * 2L) << 16);
            default -> throw new IllegalArgumentException(place.type().name());
          };
    }
    return floats;
  }

  private static long bytesOfPart(NamedTensor named) {
    return Tensor.sizeOf(named.partShape()) * named.tensor().type().bytes();
  }

  private static StoredType storedType(ElementType type) {
    return switch (type) {
      case FLOAT32 -> StoredType.F32;
      case FLOAT64 -> StoredType.F64;
      case BFLOAT16 -> StoredType.BF16;
      case INT32 -> StoredType.I32;
    };
  }
}
