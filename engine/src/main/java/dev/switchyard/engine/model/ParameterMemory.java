package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Buffer;
import dev.switchyard.engine.layer.GradientStart;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model's parameters in a backend's memory. Gradients lie side by side in a few large blocks, so
 * that all of them are zeroed, and their norm taken, at once.
 */
final class ParameterMemory implements ParameterSource, AutoCloseable {
  private static final long LARGEST_BLOCK = 1L << 28;
  private static final int ALIGNMENT = 16;
  private static final int EXPERT_AXES = 3;

  private final Backend backend;
  private final InitialWeights initial;
  private final ParameterDivision division;
  private final List<Parameter> parameters = new ArrayList<>();
  private final List<Tensor> gradientBlocks = new ArrayList<>();
  private final List<Tensor> clearedOnes = new ArrayList<>();
  private final List<Long> blockSizes = new ArrayList<>();
  private final List<Buffer> buffers = new ArrayList<>();
  private final boolean treeRouters;
  private Tensor cleared;
  private long blockUsed;
  private long elements;

  /**
   * Memory for parameters of these sizes, asked for in this order.
   *
   * @param initial null to leave all weights 0
   * @param division which part of each lies here
   * @param trainable whether they have gradients
   */
  ParameterMemory(
      Backend backend,
      InitialWeights initial,
      ParameterDivision division,
      boolean trainable,
      boolean treeRouters) {
    this.treeRouters = treeRouters;
    this.backend = backend;
    this.initial = initial;
    this.division = division;
    if (trainable) {
      planBlocks(division.sizes());
    }
  }

  private void planBlocks(List<Long> sizes) {
    long used = 0;
    for (long size : sizes) {
      long aligned = align(size);
      if (used > 0 && used + aligned > LARGEST_BLOCK) {
        blockSizes.add(used);
        used = 0;
      }
      used += aligned;
    }
    blockSizes.add(used);
  }

  private static long align(long size) {
    return Math.ceilDiv(size, (long) ALIGNMENT) * ALIGNMENT;
  }

  @Override
  public Parameter create(Start start, List<String> asked, int... askedShape) {
    ParameterDivision.Part held = division.next(asked, askedShape);
    List<String> names = held.names();
    int[] shape = held.shape();
    Tensor value = backend.allocate(shape);
    if (initial != null) {
      for (int i = 0; i < names.size(); i++) {
        Tensor part = shape.length == 3 ? value.part(i, i + 1).as(shape[1], shape[2]) : value;
        fill(start, names.get(i), part, held);
      }
    }
    Parameter parameter =
        new Parameter(
            names,
            value,
            blockSizes.isEmpty() ? null : gradient(shape),
            held.held(),
            new GradientStart(backend));
    parameters.add(parameter);
    elements += value.size();
    return parameter;
  }

  @Override
  public Buffer buffer(String name, int size) {
    buffers.add(new Buffer(name, backend.allocate(size)));
    return buffers.getLast();
  }

  @Override
  public boolean hasTreeRouters() {
    return treeRouters;
  }

  /** A part of a tensor starts as in the whole one, which is drawn for it and forgotten. */
  private void fill(Start start, String name, Tensor part, ParameterDivision.Part held) {
    if (!held.held().overModel()) {
      initial.fill(backend, start, name, part);
      return;
    }
    Tensor whole = backend.allocate(held.wholeOfName());
    try {
      initial.fill(backend, start, name, whole);
      backend.synchronize();
      HeldCopy.toPart(backend, whole, held.wholeOfName(), held.held(), part);
    } finally {
      backend.free(whole);
    }
  }

  private Tensor gradient(int[] shape) {
    long aligned = align(Tensor.sizeOf(shape));
    if (gradientBlocks.isEmpty()
        || blockUsed + aligned > blockSizes.get(gradientBlocks.size() - 1)) {
      long size = blockSizes.get(gradientBlocks.size());
      // Two axes: one would end at 2^31 elements.
      gradientBlocks.add(backend.allocate(Math.toIntExact(size / ALIGNMENT), ALIGNMENT));
      // Also what lies between two gradients counts in the norm.
      backend.zero(gradientBlocks.getLast());
      blockUsed = 0;
      cleared = null;
    }
    Tensor gradient = new Tensor(gradientBlocks.getLast().storage(), blockUsed, shape);
    if (shape.length == EXPERT_AXES) {
      cleared = null;
    } else {
      clearWithOthers(blockUsed, aligned);
    }
    blockUsed += aligned;
    return gradient;
  }

  /** Gradients that lie side by side are set to 0 at once. */
  private void clearWithOthers(long offset, long size) {
    if (cleared != null) {
      clearedOnes.removeLast();
    }
    long from = cleared == null ? offset : cleared.offset();
    int rows = Math.toIntExact((offset + size - from) / ALIGNMENT);
    cleared = new Tensor(gradientBlocks.getLast().storage(), from, rows, ALIGNMENT);
    clearedOnes.add(cleared);
  }

  /** Sets all gradients to 0; those of experts only count as such until somebody looks. */
  void zeroGradients() {
    clearedOnes.forEach(backend::zero);
    trained().filter(Parameter::isExpert).forEach(expert -> expert.start().again());
  }

  /** Those that have gradients: all, or none. */
  private Stream<Parameter> trained() {
    return gradientBlocks.isEmpty() ? Stream.empty() : parameters.stream();
  }

  /** All parameters, in the order of their creation. */
  List<Parameter> parameters() {
    return List.copyOf(parameters);
  }

  /** All buffers, in the order of their creation. */
  List<Buffer> buffers() {
    return List.copyOf(buffers);
  }

  /** All gradients, with zeros between them. */
  List<Tensor> gradientBlocks() {
    // Who asks for a gradient has its zeros written.
    trained().forEach(Parameter::gradient);
    return List.copyOf(gradientBlocks);
  }

  /** Numbers in all parameters. */
  long elements() {
    return elements;
  }

  @Override
  public void close() {
    parameters.forEach(parameter -> backend.free(parameter.place()));
    buffers.forEach(buffer -> backend.free(buffer.value()));
    gradientBlocks.forEach(backend::free);
    parameters.clear();
    buffers.clear();
    gradientBlocks.clear();
    clearedOnes.clear();
  }
}
