package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.reduce.same.Max;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log;
import org.nd4j.linalg.factory.Nd4j;

/** Cross entropy over the vocabulary. */
final class Nd4jLoss {
  private final ElementType type;
  private final Arena scratch;

  Nd4jLoss(ElementType type, Arena scratch) {
    this.type = type;
    this.scratch = scratch;
  }

  void forward(Tensor logits, Tensor labels, Tensor loss, Tensor logSumExp) {
    check("crossEntropy", logits, labels, logSumExp);
    Shapes.of("crossEntropy").types(type, loss).vector("loss", loss, logits.rows());
    INDArray rows = Views.matrix(logits);
    INDArray result = logSumExp(logits, logSumExp);

    Tensor counted = scratch.take(logits.rows());
    Tensor picked = scratch.take(logits.rows());
    Nd4j.exec(
        DynamicCustomOp.builder("gather_nd")
            .addInputs(rows, places("crossEntropy", logits, labels, counted))
            .addOutputs(Views.flat(picked))
            .build());
    result.subi(Views.flat(picked), Views.flat(loss));
    Views.flat(loss).muli(Views.flat(counted));
  }

  private INDArray logSumExp(Tensor logits, Tensor to) {
    INDArray rows = Views.matrix(logits);
    Tensor largest = scratch.take(logits.rows());
    INDArray shifted = Views.matrix(scratch.take(logits.rows(), logits.length(-1)));
    INDArray result = Views.flat(to);
    Nd4j.exec(new Max(rows, Views.flat(largest), 1));
    Operations.broadcast("subtract", rows, Views.column(largest), shifted);
    Nd4j.exec(new Exp(shifted, shifted));
    Operations.sums(shifted, result, 1);
    Nd4j.exec(new Log(result, result));
    result.addi(Views.flat(largest));
    return result;
  }

  void softForward(Tensor logits, Tensor targets, Tensor labels, Tensor loss, Tensor logSumExp) {
    checkSoft("softCrossEntropy", logits, targets, labels, logSumExp);
    Shapes.of("softCrossEntropy").types(type, loss).vector("loss", loss, logits.rows());
    INDArray result = logSumExp(logits, logSumExp);
    Tensor expected = scratch.take(logits.rows());
    Operations.rowDots(Views.matrix(targets), Views.matrix(logits), Views.flat(expected));
    result.subi(Views.flat(expected), Views.flat(loss));
    Views.flat(loss).muli(Views.flat(counted(labels, 1)));
  }

  void softBackward(
      Tensor logits,
      Tensor targets,
      Tensor labels,
      Tensor logSumExp,
      double scale,
      Tensor dLogits) {
    checkSoft("softCrossEntropyBackward", logits, targets, labels, logSumExp);
    Shapes.of("softCrossEntropyBackward")
        .types(type, dLogits)
        .matrix("dLogits", dLogits, logits.rows(), logits.length(-1));
    INDArray difference = Views.matrix(scratch.take(logits.rows(), logits.length(-1)));
    Operations.broadcast("subtract", Views.matrix(logits), Views.column(logSumExp), difference);
    Nd4j.exec(new Exp(difference, difference));
    difference.subi(Views.matrix(targets));
    Operations.multiply(difference, Views.column(counted(labels, scale)), difference);
    Views.matrix(dLogits).addi(difference);
  }

  /** The value for each row that counts, and 0 for those that are ignored. */
  private Tensor counted(Tensor labels, double value) {
    Tensor counted = scratch.take(Math.toIntExact(labels.size()));
    HostWindow given = HostWindow.of(labels);
    HostWindow to = HostWindow.of(counted);
    for (long t = 0; t < labels.size(); t++) {
      to.real(t, given.integer(t) < 0 ? 0 : value);
    }
    to.publish();
    return counted;
  }

  private void checkSoft(
      String operation, Tensor logits, Tensor targets, Tensor labels, Tensor logSumExp) {
    check(operation, logits, labels, logSumExp);
    Shapes.of(operation)
        .types(type, targets)
        .matrix("targets", targets, logits.rows(), logits.length(-1));
  }

  void backward(
      Tensor logits, Tensor labels, Tensor logSumExp, double scale, double zLoss, Tensor dLogits) {
    check("crossEntropyBackward", logits, labels, logSumExp);
    Shapes.of("crossEntropyBackward")
        .types(type, dLogits)
        .matrix("dLogits", dLogits, logits.rows(), logits.length(-1));
    INDArray result = Views.matrix(dLogits);
    Operations.broadcast("subtract", Views.matrix(logits), Views.column(logSumExp), result);
    Nd4j.exec(new Exp(result, result));

    Tensor factors = scratch.take(logits.rows());
    Tensor atLabel = scratch.take(logits.rows());
    INDArray places = places("crossEntropyBackward", logits, labels, atLabel);
    // factor = counted * scale * (1 + 2 zLoss logSumExp)
    INDArray factor = Views.flat(factors);
    Views.flat(atLabel).muli(scale);
    Views.flat(logSumExp).muli(2 * zLoss, factor);
    factor.addi(1).muli(Views.flat(atLabel));
    Operations.multiply(result, Views.column(factors), result);
    Nd4j.exec(
        DynamicCustomOp.builder("scatter_nd_sub")
            .addInputs(result, places, Views.flat(atLabel))
            .addOutputs(result)
            .addBooleanArguments(false, false)
            .build());
  }

  /** Row and column of each label (column 0 where ignored), and 1 or 0 for whether it counts. */
  private INDArray places(String operation, Tensor logits, Tensor labels, Tensor counted) {
    Tensor places = scratch.take(ElementType.INT32, logits.rows(), 2);
    HostWindow given = HostWindow.of(labels);
    HostWindow to = HostWindow.of(places);
    HostWindow counts = HostWindow.of(counted);
    for (int t = 0; t < logits.rows(); t++) {
      int label = given.integer(t);
      if (label >= logits.length(-1)) {
        throw new IllegalArgumentException(
            operation + " got the label " + label + " for logits " + logits + ".");
      }
      to.integer(2L * t, t);
      to.integer(2L * t + 1, Math.max(label, 0));
      counts.real(t, label < 0 ? 0 : 1);
    }
    to.publish();
    counts.publish();
    return Views.matrix(places);
  }

  private void check(String operation, Tensor logits, Tensor labels, Tensor logSumExp) {
    Shapes.of(operation)
        .types(type, logits, logSumExp)
        .types(ElementType.INT32, labels)
        .vector("labels", labels, logits.rows())
        .vector("logSumExp", logSumExp, logits.rows());
  }
}
