package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;

/**
 * Cross entropy, which reads the logits as they are and never widens them in memory. Methods as in
 * {@link CudaElements}.
 */
final class CudaLoss {
  private final CudaWork work;

  CudaLoss(CudaWork work) {
    this.work = work;
  }

  private static Shapes check(
      String operation, Tensor logits, Tensor labels, Tensor loss, Tensor logSumExp) {
    return Shapes.of(operation)
        .require(logits.rank() > 0, "rows", logits)
        .vector("labels", labels, logits.rows())
        .vector("loss", loss, logits.rows())
        .vector("logSumExp", logSumExp, logits.rows())
        .types(ElementType.INT32, labels);
  }

  boolean crossEntropy(Tensor logits, Tensor labels, Tensor loss, Tensor logSumExp) {
    check("crossEntropy", logits, labels, loss, logSumExp);
    boolean served =
        CudaWork.areOneReal(logits) && CudaWork.are(ElementType.FLOAT32, loss, logSumExp);
    if (served && logits.size() > 0) {
      work.launch(
          "cross_entropy_" + CudaWork.suffix(logits),
          Grid.of(logits.rows()),
          work.in(logits),
          work.in(labels),
          work.out(loss),
          work.out(logSumExp),
          logits.rows(),
          logits.length(-1));
    }
    return served;
  }

  boolean crossEntropyBackward(
      Tensor logits, Tensor labels, Tensor logSumExp, double scale, double zLoss, Tensor dLogits) {
    check("crossEntropyBackward", logits, labels, null, logSumExp)
        .matrix("dLogits", dLogits, logits.rows(), logits.length(-1));
    boolean served =
        CudaWork.areOneReal(logits, dLogits) && CudaWork.are(ElementType.FLOAT32, logSumExp);
    if (served && logits.size() > 0) {
      work.launch(
          "cross_entropy_backward_" + CudaWork.suffix(logits),
          Grid.of(logits.rows()),
          work.in(logits),
          work.in(labels),
          work.in(logSumExp),
          work.out(dLogits),
          logits.rows(),
          logits.length(-1),
          (float) scale,
          (float) zLoss);
    }
    return served;
  }

  private static String soft(String kernel, Tensor logits, Tensor targets) {
    String alike = kernel + "_" + CudaWork.suffix(logits);
    return targets.type() == logits.type() ? alike : alike + "_f32";
  }

  boolean softCrossEntropy(
      Tensor logits, Tensor targets, Tensor labels, Tensor loss, Tensor logSumExp) {
    check("softCrossEntropy", logits, labels, loss, logSumExp)
        .matrix("targets", targets, logits.rows(), logits.length(-1));
    boolean served =
        CudaWork.areOneReal(logits)
            && (targets.type() == logits.type() || targets.type() == ElementType.FLOAT32)
            && CudaWork.are(ElementType.FLOAT32, loss, logSumExp);
    if (served && logits.size() > 0) {
      work.launch(
          soft("soft_cross_entropy", logits, targets),
          Grid.of(logits.rows()),
          work.in(logits),
          work.in(targets),
          work.in(labels),
          work.out(loss),
          work.out(logSumExp),
          logits.rows(),
          logits.length(-1));
    }
    return served;
  }

  boolean softCrossEntropyBackward(
      Tensor logits,
      Tensor targets,
      Tensor labels,
      Tensor logSumExp,
      double scale,
      Tensor dLogits) {
    check("softCrossEntropyBackward", logits, labels, null, logSumExp)
        .matrix("targets", targets, logits.rows(), logits.length(-1))
        .matrix("dLogits", dLogits, logits.rows(), logits.length(-1));
    boolean served =
        CudaWork.areOneReal(logits, dLogits)
            && (targets.type() == logits.type() || targets.type() == ElementType.FLOAT32)
            && CudaWork.are(ElementType.FLOAT32, logSumExp);
    if (served && logits.size() > 0) {
      work.launch(
          soft("soft_cross_entropy_backward", logits, targets),
          Grid.of(logits.rows()),
          work.in(logits),
          work.in(targets),
          work.in(labels),
          work.in(logSumExp),
          work.out(dLogits),
          logits.rows(),
          logits.length(-1),
          (float) scale);
    }
    return served;
  }
}
