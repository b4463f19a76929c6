package dev.switchyard.engine.store;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Carries tensors between a backend's memory and a safetensors file. */
public final class TensorFile {
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
    try (TensorDirectory stored = TensorDirectory.of(file)) {
      load(stored, backend, tensors, checksums, name -> false);
    }
  }

  /**
   * Reads tensors of a model into a backend's memory. All names and shapes are checked before the
   * first element is written.
   *
   * @param tensors under the names of the files
   * @param checksums CRC-32C by name, or null where none are known
   * @param passedOver says of a tensor's name that the files may hold it besides
   * @throws InputException as above
   */
  public static void load(
      TensorDirectory stored,
      Backend backend,
      List<NamedTensor> tensors,
      Map<String, String> checksums,
      Predicate<String> passedOver) {
    check(stored, tensors, passedOver);
    for (NamedTensor named : tensors) {
      for (int i = 0; i < named.names().size(); i++) {
        String name = named.names().get(i);
        if (checksums != null) {
          checkSum(stored, name, checksums);
        }
        write(backend, stored, name, named.part(i));
      }
    }
    backend.synchronize();
  }

  /**
   * Compares every tensor of a file with its checksum.
   *
   * @throws InputException naming file and tensor
   */
  public static void verify(Path file, Map<String, String> checksums) {
    try (TensorDirectory stored = TensorDirectory.of(file)) {
      for (String name : checksums.keySet()) {
        checkSum(stored, name, checksums);
      }
      for (String name : stored.tensors().keySet()) {
        checkSum(stored, name, checksums);
      }
    }
  }

  private static void checkSum(TensorDirectory stored, String name, Map<String, String> checksums) {
    String expected = checksums.get(name);
    if (expected == null) {
      throw new InputException(
          "%s has a tensor %s that its checkpoint does not know."
              .formatted(stored.fileOf(name), name));
    } else if (!expected.equals(stored.checksum(name))) {
      throw new InputException(
          "%s is damaged: the bytes of tensor %s are not those that were written."
              .formatted(stored.fileOf(name), name));
    }
  }

  private static void check(
      TensorDirectory stored, List<NamedTensor> tensors, Predicate<String> passedOver) {
    Set<String> expected = new HashSet<>();
    for (NamedTensor named : tensors) {
      int[] shape = named.partShape();
      for (String name : named.names()) {
        expected.add(name);
        check(stored, name, shape);
      }
    }
    checkUsed(stored, expected, passedOver);
  }

  /**
   * Checks that nothing is stored besides.
   *
   * @param used names that the model reads
   * @param passedOver says of other names that they may be stored
   * @throws InputException naming file and tensor
   */
  public static void checkUsed(
      TensorDirectory stored, Collection<String> used, Predicate<String> passedOver) {
    Set<String> expected = new HashSet<>(used);
    for (String name : stored.tensors().keySet()) {
      if (!expected.contains(name) && !passedOver.test(name)) {
        throw new InputException(
            "%s has a tensor %s that the model does not have: it belongs to another model."
                .formatted(stored.fileOf(name), name));
      }
    }
  }

  /**
   * Checks that a tensor is there, of this shape, and of a type that holds weights.
   *
   * @throws InputException naming file and tensor
   */
  public static void check(TensorDirectory stored, String name, int[] shape) {
    StoredTensor place = stored.tensors().get(name);
    if (place == null) {
      throw new InputException(
          "%s has no tensor %s: it belongs to another model.".formatted(stored.origin(), name));
    } else if (!Arrays.equals(place.shape(), Arrays.stream(shape).asLongStream().toArray())) {
      throw new InputException(
          "%s has tensor %s of shape %s, but the model needs %s."
              .formatted(
                  stored.fileOf(name),
                  name,
                  Arrays.toString(place.shape()),
                  Arrays.toString(shape)));
    } else if (!place.type().holdsWeights()) {
      throw new InputException(
          "%s has tensor %s in %s; weights must be F32, F64, F16 or BF16."
              .formatted(stored.fileOf(name), name, place.type()));
    }
  }

  /**
   * Reads one tensor into a backend's memory.
   *
   * @param into of the shape that is stored
   * @throws InputException naming file and tensor, where it is missing or of another shape
   */
  public static void read(TensorDirectory stored, String name, Backend backend, Tensor into) {
    check(stored, name, into.shape());
    write(backend, stored, name, into);
    backend.synchronize();
  }

  private static void write(Backend backend, TensorDirectory stored, String name, Tensor into) {
    StoredType type = stored.tensor(name).type();
    boolean asItIs = type == storedType(into.type());
    stored.read(
        name,
        (at, bytes) -> {
          int elements = Math.toIntExact(bytes.byteSize() / type.bytes());
          Tensor part = new Tensor(into.storage(), into.offset() + at / type.bytes(), elements);
          if (asItIs) {
            backend.write(part, bytes);
          } else {
            float[] floats = new float[elements];
            type.floats(bytes, floats, 0);
            backend.write(part, floats);
          }
        });
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
