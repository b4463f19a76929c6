package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.AdafactorStep;
import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.floating.RSqrt;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.factory.Nd4j;

/** Optimizer updates. */
final class Nd4jUpdates {
  // AdamW passes over its tensors ten times, so it does so in pieces that stay in the cache.
  private static final int PIECE = 1 << 18;

  private final ElementType type;
  private final Arena scratch;
  private final Nd4jFigures figures;

  Nd4jUpdates(ElementType type, Arena scratch, Nd4jFigures figures) {
    this.type = type;
    this.scratch = scratch;
    this.figures = figures;
  }

  // ND4J has an Adam of its own, but it computes 1 - beta in float32, which is off by 5e-5.
  void adamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    Shapes.of("adamW").types(type, parameter, gradient, m, v).sameSize(parameter, gradient, m, v);
    Tensor piece = scratch.take(PIECE);
    for (long from = 0; from < parameter.size(); from += PIECE) {
      long size = Math.min(PIECE, parameter.size() - from);
      adamW(
          Views.part(parameter, from, 1, size),
          Views.part(gradient, from, 1, size),
          Views.part(m, from, 1, size),
          Views.part(v, from, 1, size),
          Views.part(piece, 0, 1, size),
          step);
    }
  }

  private static void adamW(
      INDArray parameter, INDArray g, INDArray m, INDArray v, INDArray work, AdamWStep step) {
    double scale = step.gradientScale();
    m.muli(step.beta1());
    Operations.addScaled((1 - step.beta1()) * scale, g, m);
    g.muli(g, work);
    v.muli(step.beta2());
    Operations.addScaled((1 - step.beta2()) * scale * scale, work, v);

    double correction1 = 1 - Math.pow(step.beta1(), step.time());
    double correction2 = 1 - Math.pow(step.beta2(), step.time());
    Nd4j.exec(new Sqrt(v, work));
    work.divi(Math.sqrt(correction2)).addi(step.epsilon());
    m.divi(work, work);
    parameter.muli(1 - step.learningRate() * step.weightDecay());
    Operations.addScaled(-step.learningRate() / correction1, work, parameter);
  }

  void adafactor(
      Tensor parameter, Tensor gradient, Tensor rows, Tensor columns, AdafactorStep step) {
    Shapes shapes =
        Shapes.of("adafactor")
            .types(type, parameter, gradient, rows, columns)
            .require(parameter.rank() >= 2, "a matrix or a stack of them", parameter)
            .sameSize(parameter, gradient);
    int r = parameter.length(-2);
    int c = parameter.length(-1);
    int n = Math.toIntExact(parameter.size() / ((long) r * c));
    shapes.vector("rows", rows, (long) n * r).vector("columns", columns, (long) n * c);

    Tensor update = scratch.take(n, r, c);
    INDArray squares = Views.flat(update);
    squares(gradient, step, squares);
    decayRowMeans(Views.shaped(update, (long) n * r, c), rows, step);
    decayColumnMeans(Views.shaped(update, n, r, c), columns, step);

    // update = gradient / sqrt(rows / mean(rows)) / sqrt(columns)
    Tensor rowMean = scratch.take(n);
    Operations.sums(Views.shaped(rows, n, r), Views.flat(rowMean), 1);
    Views.flat(rowMean).divi(r);
    Tensor rowFactor = scratch.take(n, r);
    Operations.broadcast(
        "divide", Views.shaped(rows, n, r), Views.column(rowMean), Views.matrix(rowFactor));
    Tensor columnFactor = scratch.take(n, c);
    inverseRoot(Views.flat(rowFactor), Views.flat(rowFactor));
    inverseRoot(Views.flat(columns), Views.flat(columnFactor));
    Operations.multiply(
        Views.shaped(gradient, (long) n * r, c),
        Views.column(rowFactor),
        Views.shaped(update, (long) n * r, c));
    INDArray stack = Views.shaped(update, n, r, c);
    Operations.multiply(stack, Views.shaped(columnFactor, n, 1, c), stack);
    applyClipped(parameter, update, n, step);
  }

  void adafactor(Tensor parameter, Tensor gradient, Tensor secondMoment, AdafactorStep step) {
    Shapes.of("adafactor")
        .types(type, parameter, gradient, secondMoment)
        .sameSize(parameter, gradient, secondMoment);
    Tensor update = scratch.take(Math.toIntExact(parameter.size()));
    INDArray work = Views.flat(update);
    squares(gradient, step, work);
    INDArray moment = Views.flat(secondMoment);
    moment.muli(step.beta2());
    Operations.addScaled(1 - step.beta2(), work, moment);
    inverseRoot(moment, work);
    work.muli(Views.flat(gradient));
    applyClipped(parameter, update, 1, step);
  }

  // out = (scale gradient)^2 + epsilon
  private static void squares(Tensor gradient, AdafactorStep step, INDArray out) {
    INDArray g = Views.flat(gradient);
    g.muli(g, out);
    out.muli(step.gradientScale() * step.gradientScale()).addi(step.epsilon());
  }

  // moment = beta2 moment + (1 - beta2) mean of each row
  private void decayRowMeans(INDArray matrix, Tensor moment, AdafactorStep step) {
    INDArray sums = Views.flat(scratch.take(Math.toIntExact(moment.size())));
    Operations.sums(matrix, sums, 1);
    Views.flat(moment).muli(step.beta2());
    Operations.addScaled((1 - step.beta2()) / matrix.size(1), sums, Views.flat(moment));
  }

  // The same for columns, as a product with ones: ND4J's sum over the middle axis is wrong where
  // another axis has length 1.
  private void decayColumnMeans(INDArray stack, Tensor moment, AdafactorStep step) {
    int n = Math.toIntExact(stack.size(0));
    int r = Math.toIntExact(stack.size(1));
    INDArray ones = Views.shaped(scratch.take(n, 1, r), n, 1, r);
    ones.assign(1);
    Tensor sums = scratch.take(n, 1, Math.toIntExact(stack.size(2)));
    Operations.product(ones, false, stack, false, Views.shaped(sums, n, 1, stack.size(2)), 0);
    Views.flat(moment).muli(step.beta2());
    Operations.addScaled((1 - step.beta2()) / r, Views.flat(sums), Views.flat(moment));
  }

  private static void inverseRoot(INDArray x, INDArray z) {
    Nd4j.exec(new RSqrt(x, z));
  }

  // Each of n matrices by itself: parameter -= rate max(smallest, rms(parameter)) update / max(1,
  // rms(update) / clip). The update still lacks the gradient's scale.
  private void applyClipped(Tensor parameter, Tensor update, int n, AdafactorStep step) {
    int size = Math.toIntExact(parameter.size() / n);
    Tensor factors = scratch.take(n);
    HostWindow factor = HostWindow.of(factors);
    double scale = step.gradientScale();
    for (int i = 0; i < n; i++) {
      int from = step.together() ? 0 : i;
      int count = step.together() ? n : 1;
      double updateRms = scale * rootMeanSquare(update, from, size, count);
      double parameterRms = rootMeanSquare(parameter, from, size, count);
      double clip = Math.max(1, updateRms / step.clipThreshold());
      double rate = step.learningRate() * Math.max(step.smallestScale(), parameterRms);
      factor.real(i, -rate * scale / clip);
    }
    factor.publish();
    INDArray matrices = Views.shaped(update, n, size);
    Operations.multiply(matrices, Views.column(factors), matrices);
    Views.flat(parameter).addi(Views.flat(update));
  }

  /** Of {@code count} matrices of a stack, from number i on. */
  private double rootMeanSquare(Tensor stack, int i, int size, int count) {
    double sum = 0;
    for (int matrix = i; matrix < i + count; matrix++) {
      sum += figures.sumOfSquares(stack, (long) matrix * size, size);
    }
    return Math.sqrt(sum / ((double) size * count));
  }
}
