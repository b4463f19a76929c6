package dev.switchyard.engine.store;

import dev.switchyard.engine.backend.HostCopy;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.model.ParameterShape;
import dev.switchyard.engine.model.Upcycling;
import dev.switchyard.engine.moe.RoutingConfig;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the model folder that a dense model is upcycled to, tensor after tensor: no model is in
 * memory. Weights keep their types.
 */
public final class UpcycledModel {
  private final ModelFolder dense;
  private final boolean twin;
  private final ModelDescription description;
  private final Upcycling upcycling;

  private UpcycledModel(
      ModelFolder dense, boolean twin, ModelDescription description, Upcycling upcycling) {
    this.dense = dense;
    this.twin = twin;
    this.description = description;
    this.upcycling = upcycling;
  }

  /**
   * What a model folder is upcycled to.
   *
   * @param twin whether it is the dense twin beside the model
   * @param settings of model and routing that differ, by name
   * @param seed of the routers' weights
   */
  public static UpcycledModel of(
      ModelFolder dense, boolean twin, Map<String, ?> settings, RoutingConfig routing, long seed) {
    ModelConfig own = dense.description().model();
    Upcycling upcycling =
        Upcycling.of(twin ? own.denseTwin() : own, settings, routing.selection().isTree(), seed);
    ModelDescription description =
        new ModelDescription(upcycling.sparse(), routing, dense.description().data());
    return new UpcycledModel(dense, twin, description, upcycling);
  }

  /** Its settings. */
  public ModelDescription description() {
    return description;
  }

  /**
   * Writes the folder, as a whole or not at all.
   *
   * @param out must not exist yet, or be empty
   */
  public void write(Path out) {
    try (TensorDirectory tensors =
        twin ? TensorDirectory.of(dense.path().resolve(Checkpoint.TWIN)) : dense.tensors()) {
      NewFolder.write(
          out,
          folder -> {
            writeWeights(tensors, folder.resolve(Checkpoint.MODEL));
            Path tokenizer = dense.path().resolve(Checkpoint.TOKENIZER);
            if (Files.isRegularFile(tokenizer)) {
              Files.copy(tokenizer, folder.resolve(Checkpoint.TOKENIZER));
            }
            Files.write(folder.resolve(Checkpoint.CONFIG), description.json(endToken()));
          });
    }
  }

  private int endToken() {
    return Json.read(dense.path().resolve(Checkpoint.CONFIG)).path("eos_token_id").asInt(1);
  }

  private void writeWeights(TensorDirectory tensors, Path file) throws IOException {
    long largest =
        tensors.tensors().values().stream().mapToLong(t -> t.end() - t.start()).max().orElse(0);
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment buffer = memory.allocate(Math.max(1, largest), 64);
      SafetensorsWriter writer =
          new SafetensorsWriter()
              .metadata("format", "pt")
              .metadata("upcycled_from", dense.path().getFileName().toString());
      for (ParameterShape parameter : upcycling.parameters()) {
        int[] shape = parameter.shape();
        int[] one = parameter.isExpert() ? Arrays.copyOfRange(shape, 1, shape.length) : shape;
        for (String name : parameter.names()) {
          add(writer, name, one, tensors, buffer);
        }
      }
      writer.write(file);
    }
  }

  private void add(
      SafetensorsWriter writer,
      String name,
      int[] shape,
      TensorDirectory tensors,
      MemorySegment buffer) {
    long[] lengths = Arrays.stream(shape).asLongStream().toArray();
    Optional<String> source = upcycling.source(name);
    if (source.isEmpty()) {
      writer.add(name, StoredType.F32, lengths, () -> router(name, shape));
      return;
    }
    String stored = twin ? source.get() : dense.storedName(source.get());
    TensorFile.check(tensors, stored, shape);
    writer.add(name, tensors.tensor(stored).type(), lengths, () -> copy(tensors, stored, buffer));
  }

  private MemorySegment router(String name, int[] shape) {
    float[] weights = upcycling.router(name, shape);
    byte[] bytes = new byte[Math.multiplyExact(weights.length, Float.BYTES)];
    MemorySegment segment = MemorySegment.ofArray(bytes);
    ValueLayout.OfFloat little =
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < weights.length; i++) {
      segment.set(little, (long) i * Float.BYTES, weights[i]);
    }
    return segment;
  }

  private static MemorySegment copy(TensorDirectory tensors, String name, MemorySegment buffer) {
    StoredTensor tensor = tensors.tensor(name);
    tensors.read(name, (at, piece) -> HostCopy.copy(piece, 0, buffer, at, piece.byteSize()));
    return buffer.asSlice(0, tensor.end() - tensor.start());
  }
}
