package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.impl.reduce.same.Max;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.api.ops.impl.transforms.floating.RSqrt;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.factory.Nd4j;

/** Rows brought to one size: root-mean-square normalisation and softmax. */
final class Nd4jNormalisation {
  private final ElementType type;
  private final Arena scratch;

  Nd4jNormalisation(ElementType type, Arena scratch) {
    this.type = type;
    this.scratch = scratch;
  }

  void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor out, Tensor inverseRms) {
    int width = x.length(-1);
    Shapes.of("rmsNorm")
        .types(type, x, weight, out, inverseRms)
        .vector("weight", weight, width)
        .matrix("out", out, x.rows(), width)
        .vector("inverseRms", inverseRms, x.rows());
    INDArray rows = Views.matrix(x);
    INDArray inverse = Views.flat(inverseRms);
    Operations.rowDots(rows, rows, inverse);
    inverse.divi(width).addi(epsilon);
    Nd4j.exec(new RSqrt(inverse, inverse));
    INDArray result = Views.matrix(out);
    Operations.multiply(rows, Views.column(inverseRms), result);
    Operations.multiply(result, Views.row(weight), result);
  }

  void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    int width = x.length(-1);
    Shapes.of("rmsNormBackward")
        .types(type, dOut, x, weight, inverseRms, dX, dWeight)
        .matrix("dOut", dOut, x.rows(), width)
        .matrix("dX", dX, x.rows(), width)
        .vector("weight", weight, width)
        .vector("dWeight", dWeight, width)
        .vector("inverseRms", inverseRms, x.rows());
    INDArray normalised = Views.matrix(scratch.take(x.rows(), width));
    INDArray product = Views.matrix(scratch.take(x.rows(), width));
    INDArray sums = Views.flat(scratch.take(width));
    Tensor perRow = scratch.take(x.rows());

    // With n = x r: dWeight = sum over rows of dOut n; dX = r (g - n mean(g n)), g = dOut weight.
    Operations.multiply(Views.matrix(x), Views.column(inverseRms), normalised);
    Views.matrix(dOut).muli(normalised, product);
    Operations.sums(product, sums, 0);
    Views.flat(dWeight).addi(sums);

    Operations.product(
        product, false, Views.shaped(weight, width, 1), false, Views.column(perRow), 0);
    Views.flat(perRow).divi(width);
    Operations.multiply(normalised, Views.column(perRow), normalised);
    Operations.multiply(Views.matrix(dOut), Views.row(weight), product);
    product.subi(normalised);
    Operations.multiply(product, Views.column(inverseRms), product);
    Views.matrix(dX).addi(product);
  }

  void softmax(Tensor logits, Tensor probabilities) {
    Shapes.of("softmax")
        .types(type, logits, probabilities)
        .matrix("probabilities", probabilities, logits.rows(), logits.length(-1));
    softmax(logits, probabilities, scratch);
  }

  /** Softmax of each row of the last axis; z may be x. */
  static void softmax(Tensor x, Tensor z, Arena scratch) {
    INDArray from = Views.matrix(x);
    INDArray to = Views.matrix(z);
    if (x.type() == ElementType.FLOAT32) {
      Nd4j.exec((CustomOp) new SoftMax(from, to, -1));
      return;
    }
    // In double precision ND4J's softmax gives NaN for rows in which every element is far below 0.
    Tensor perRow = scratch.take(x.rows());
    Nd4j.exec(new Max(from, Views.flat(perRow), 1));
    Operations.broadcast("subtract", from, Views.column(perRow), to);
    Nd4j.exec(new Exp(to, to));
    Operations.sums(to, Views.flat(perRow), 1);
    Operations.broadcast("divide", to, Views.column(perRow), to);
  }
}
