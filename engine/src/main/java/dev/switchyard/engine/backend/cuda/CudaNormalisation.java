package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;

/** Softmax and root-mean-square normalisation of rows. Methods as in {@link CudaElements}. */
final class CudaNormalisation {
  private static final int ROWS_A_PARTIAL = 64;
  private static final int MOST_PARTIALS = 128;

  private final CudaWork work;

  CudaNormalisation(CudaWork work) {
    this.work = work;
  }

  boolean softmax(Tensor logits, Tensor probabilities) {
    Shapes.of("softmax")
        .require(logits.rank() > 0, "rows", logits)
        .matrix("probabilities", probabilities, logits.rows(), logits.length(-1));
    boolean served = CudaWork.areOneReal(logits, probabilities);
    if (served && logits.size() > 0) {
      work.launch(
          "softmax_" + CudaWork.suffix(logits),
          Grid.rows(logits.rows()),
          work.in(logits),
          work.out(probabilities),
          logits.rows(),
          logits.length(-1));
    }
    return served;
  }

  boolean rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor out, Tensor inverseRms) {
    int rows = x.rows();
    int d = x.length(-1);
    Shapes.of("rmsNorm")
        .matrix("out", out, rows, d)
        .vector("weight", weight, d)
        .vector("inverseRms", inverseRms, rows);
    boolean served =
        CudaWork.areOneReal(x, out) && CudaWork.are(ElementType.FLOAT32, weight, inverseRms);
    if (served && x.size() > 0) {
      work.launch(
          "rms_norm_" + CudaWork.suffix(x),
          Grid.rows(rows),
          work.in(x),
          work.in(weight),
          work.out(out),
          work.out(inverseRms),
          rows,
          d,
          (float) epsilon);
    }
    return served;
  }

  boolean rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight) {
    int rows = x.rows();
    int d = x.length(-1);
    Shapes.of("rmsNormBackward")
        .matrix("dOut", dOut, rows, d)
        .matrix("dX", dX, rows, d)
        .vector("weight", weight, d)
        .vector("dWeight", dWeight, d)
        .vector("inverseRms", inverseRms, rows);
    boolean served =
        CudaWork.areOneReal(dOut, x, dX)
            && CudaWork.are(ElementType.FLOAT32, weight, inverseRms, dWeight);
    if (served && x.size() > 0) {
      int partials = Math.clamp(Math.ceilDiv(rows, ROWS_A_PARTIAL), 1, MOST_PARTIALS);
      work.launch(
          "rms_norm_backward_" + CudaWork.suffix(x),
          Grid.of(partials),
          work.in(dOut),
          work.in(x),
          work.in(weight),
          work.in(inverseRms),
          work.out(dX),
          work.scratch(4L * partials * d),
          work.out(dWeight),
          work.ticket(),
          rows,
          d);
    }
    return served;
  }
}
