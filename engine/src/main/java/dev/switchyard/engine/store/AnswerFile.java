package dev.switchyard.engine.store;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.model.ForwardAnswer;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Writes what a model gives for a batch as a safetensors file: {@code logits} [B, T, V]; {@code
 * loss} [1], the mean cross entropy of the labels; for each Switch layer, such as {@code
 * encoder.block.1}, {@code .expert} and {@code .kept} (int64) and {@code .gate} [B, S]; and {@code
 * grad.} with a parameter's name for each gradient.
 */
public final class AnswerFile {
  private final SafetensorsWriter writer = new SafetensorsWriter();

  /** A file with the answer alone. */
  public AnswerFile(ForwardAnswer answer) {
    Batch batch = answer.batch();
    floats("logits", answer.logits(), batch.rows(), batch.targetLength(), answer.vocabulary());
    if (IntStream.of(batch.labels()).anyMatch(label -> label != Batch.IGNORED)) {
      floats("loss", new float[] {(float) answer.crossEntropy()}, 1);
    }
    answer.layers().forEach(layer -> add(layer, batch));
  }

  private void add(LayerRouting layer, Batch batch) {
    int[] shape = {batch.rows(), layer.encoder() ? batch.inputLength() : batch.targetLength()};
    boolean[] kept = layer.kept();
    longs(layer.name() + ".expert", IntStream.of(layer.expert()), shape);
    longs(layer.name() + ".kept", IntStream.range(0, kept.length).map(t -> kept[t] ? 1 : 0), shape);
    floats(layer.name() + ".gate", layer.gate(), shape);
  }

  /**
   * Adds the gradients of parameters.
   *
   * @param name how the checkpoint calls a parameter
   */
  public AnswerFile gradients(
      Backend backend, List<Parameter> parameters, UnaryOperator<String> name) {
    for (Parameter parameter : parameters) {
      NamedTensor named = NamedTensor.of(parameter, name, parameter.gradient());
      for (int i = 0; i < named.names().size(); i++) {
        Tensor part = named.part(i);
        writer.add(
            "grad." + named.names().get(i),
            StoredType.F32,
            lengths(named.partShape()),
            () -> bytes(backend.floats(part)));
      }
    }
    return this;
  }

  /** Adds the gradient of a parameter that the checkpoint has and nothing reads: zeros. */
  public AnswerFile zeroGradient(String name, int... shape) {
    floats("grad." + name, new float[Math.toIntExact(Tensor.sizeOf(shape))], shape);
    return this;
  }

  /**
   * Writes the file, as a whole or not at all.
   *
   * @throws dev.switchyard.engine.configuration.InputException where it can't be written
   */
  public void write(Path file) {
    try {
      writer.write(file);
    } catch (IOException e) {
      throw FileProblem.writing(file, e);
    }
  }

  private void floats(String name, float[] numbers, int... shape) {
    writer.add(name, StoredType.F32, lengths(shape), () -> bytes(numbers));
  }

  private static MemorySegment bytes(float[] numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.multiplyExact(numbers.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    return MemorySegment.ofBuffer(bytes);
  }

  private void longs(String name, IntStream numbers, int... shape) {
    int[] all = numbers.toArray();
    writer.add(
        name,
        StoredType.I64,
        lengths(shape),
        () -> {
          ByteBuffer bytes =
              ByteBuffer.allocateDirect(Math.multiplyExact(all.length, Long.BYTES))
                  .order(ByteOrder.LITTLE_ENDIAN);
          IntStream.of(all).forEach(bytes::putLong);
          return MemorySegment.ofBuffer(bytes.rewind());
        });
  }

  private static long[] lengths(int... shape) {
    return IntStream.of(shape).asLongStream().toArray();
  }
}
