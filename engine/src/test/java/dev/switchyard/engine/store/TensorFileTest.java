package dev.switchyard.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors go into a file and come back bit for bit; a file of another model is refused. */
final class TensorFileTest {
  private final Backend backend = Backends.open("cpu", ElementType.FLOAT32);
  @TempDir Path folder;

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  @Test
  void eachExpertIsATensorOfItsOwn() throws IOException {
    Tensor experts = tensor(3, 2, 4);
    Tensor vector = tensor(5);
    Path file = folder.resolve("model.safetensors");
    Map<String, String> sums =
        TensorFile.save(file, backend, List.of(experts(experts), whole("norm", vector)));

    assertThat(sums).containsOnlyKeys("e0", "e1", "e2", "norm");
    try (Safetensors stored = Safetensors.open(file)) {
      assertThat(stored.tensor("e1").shape()).containsExactly(2, 4);
      assertThat(stored.metadata()).containsEntry("format", "pt");
    }
    Tensor experts2 = backend.allocate(3, 2, 4);
    Tensor vector2 = backend.allocate(5);
    TensorFile.load(file, backend, List.of(experts(experts2), whole("norm", vector2)), sums);
    assertThat(backend.floats(experts2)).containsExactly(backend.floats(experts));
    assertThat(backend.floats(vector2)).containsExactly(backend.floats(vector));
  }

  @Test
  void smallerTypesAreWidened() throws IOException {
    Path file = folder.resolve("half.safetensors");
    long[] shape = {2};
    new SafetensorsWriter()
        .add("f16", StoredType.F16, shape, () -> shorts(0x3C00, 0xC100))
        .add("bf16", StoredType.BF16, shape, () -> shorts(0x3F80, 0xC020))
        .write(file);
    Tensor half = backend.allocate(2);
    Tensor brain = backend.allocate(2);
    TensorFile.load(file, backend, List.of(whole("f16", half), whole("bf16", brain)), null);
    assertThat(backend.floats(half)).containsExactly(1, -2.5f);
    assertThat(backend.floats(brain)).containsExactly(1, -2.5f);
  }

  @Test
  void aFileOfAnotherModelIsRefusedBeforeAnythingIsLoaded() throws IOException {
    Path file = folder.resolve("model.safetensors");
    TensorFile.save(file, backend, List.of(whole("a", tensor(2, 3)), whole("b", tensor(4))));
    Tensor a = backend.allocate(2, 3);

    assertRefused(file, "no tensor c", whole("a", a), whole("b", tensor(4)), whole("c", a));
    assertRefused(file, "a tensor b that the model does not have", whole("a", a));
    assertRefused(
        file,
        "tensor b of shape [4], but the model needs [5]",
        whole("a", a),
        whole("b", tensor(5)));
    assertThat(backend.floats(a)).containsOnly(0);
  }

  @Test
  void integersAreNoWeights() throws IOException {
    Path file = folder.resolve("ints.safetensors");
    new SafetensorsWriter()
        .add("w", StoredType.I16, new long[] {2}, () -> shorts(1, 2))
        .write(file);
    assertRefused(file, "tensor w in I16", whole("w", tensor(2)));
  }

  @Test
  void aChangedByteIsFoundByItsTensorsChecksum() throws IOException {
    Path file = folder.resolve("model.safetensors");
    List<NamedTensor> tensors = List.of(whole("a", tensor(8)), whole("b", tensor(8)));
    Map<String, String> sums = TensorFile.save(file, backend, tensors);
    TensorFile.verify(file, sums);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 0x10;
    Files.write(file, bytes);

    assertThatThrownBy(() -> TensorFile.verify(file, sums))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model.safetensors")
        .hasMessageContaining("tensor b");
    assertThatThrownBy(() -> TensorFile.load(file, backend, tensors, sums))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("tensor b");
  }

  private void assertRefused(Path file, String why, NamedTensor... tensors) {
    assertThatThrownBy(() -> TensorFile.load(file, backend, List.of(tensors), null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(why);
  }

  private Tensor tensor(int... shape) {
    Tensor tensor = backend.allocate(shape);
    float[] values = new float[(int) tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i + shape.length);
    }
    backend.write(tensor, values);
    return tensor;
  }

  private static NamedTensor whole(String name, Tensor tensor) {
    return new NamedTensor(List.of(name), tensor, false);
  }

  private static NamedTensor experts(Tensor tensor) {
    return new NamedTensor(List.of("e0", "e1", "e2"), tensor, true);
  }

  private static MemorySegment shorts(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      bytes.putShort((short) value);
    }
    return MemorySegment.ofArray(bytes.array());
  }
}
