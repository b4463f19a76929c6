package dev.switchyard.engine.backend.nd4j;

import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tanh;
import org.nd4j.linalg.factory.Nd4j;

/** Operations element by element. */
final class Nd4jElementwise {
  // gelu(a) = a (1 + tanh(SLOPE (a + CUBE a^3))) / 2
  private static final double SLOPE = Math.sqrt(2 / Math.PI);
  private static final double CUBE = 0.044715;

  private final ElementType type;
  private final Arena scratch;

  Nd4jElementwise(ElementType type, Arena scratch) {
    this.type = type;
    this.scratch = scratch;
  }

  void add(Tensor from, Tensor to) {
    Shapes.of("add").types(type, from, to).sameSize(from, to);
    Views.flat(to).addi(Views.flat(from));
  }

  void scale(Tensor tensor, double factor) {
    Shapes.of("scale").types(type, tensor);
    Views.flat(tensor).muli(factor);
  }

  void relu(Tensor x, Tensor out) {
    Shapes.of("relu").types(type, x, out).sameSize(x, out);
    Nd4j.exec(new RectifiedLinear(Views.flat(x), Views.flat(out)));
  }

  void reluBackward(Tensor y, Tensor dOut, Tensor dX) {
    Shapes.of("reluBackward").types(type, y, dOut, dX).sameSize(y, dOut, dX);
    Nd4j.exec(
        DynamicCustomOp.builder("relu_bp")
            .addInputs(Views.flat(y), Views.flat(dOut))
            .addOutputs(Views.flat(dX))
            .addFloatingPointArguments(0.0)
            .build());
  }

  void geglu(Tensor a, Tensor b, Tensor out) {
    Shapes.of("geglu").types(type, a, b, out).sameSize(a, b, out);
    INDArray x = Views.flat(a);
    INDArray result = Views.flat(out);
    INDArray square = Views.flat(scratch.take(Math.toIntExact(a.size())));
    x.muli(x, square);
    halfOnePlusTanh(x, square, result);
    result.muli(x);
    result.muli(Views.flat(b));
  }

  void gegluBackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
    Shapes.of("gegluBackward").types(type, a, b, dOut, dA, dB).sameSize(a, b, dOut, dA, dB);
    INDArray x = Views.flat(a);
    INDArray square = Views.flat(scratch.take(Math.toIntExact(a.size())));
    INDArray slope = Views.flat(dA);
    INDArray half = Views.flat(dB);
    x.muli(x, square);
    halfOnePlusTanh(x, square, half);
    // gelu' = half + 2 half (1 - half) a SLOPE (1 + 3 CUBE a^2), as 1 - tanh^2 = 4 half (1 - half)
    square.muli(6 * SLOPE * CUBE).addi(2 * SLOPE).muli(x);
    half.rsubi(1, slope);
    slope.muli(half).muli(square).addi(half);
    slope.muli(Views.flat(b)).muli(Views.flat(dOut));
    half.muli(x).muli(Views.flat(dOut));
  }

  // result = (1 + tanh(SLOPE (x + CUBE x^3))) / 2
  private static void halfOnePlusTanh(INDArray x, INDArray square, INDArray result) {
    square.muli(SLOPE * CUBE, result);
    result.addi(SLOPE).muli(x);
    Nd4j.exec(new Tanh(result, result));
    result.addi(1).muli(0.5);
  }

  void dropout(Tensor x, double rate, RandomKey key, Tensor out) {
    Shapes.of("dropout").types(type, x, out).sameSize(x, out);
    Tensor factors = scratch.take(Math.toIntExact(x.size()));
    drawDropout(rate, key, factors);
    Views.flat(x).muli(Views.flat(factors), Views.flat(out));
  }

  void jitter(Tensor x, double epsilon, RandomKey key, Tensor out) {
    Shapes.of("jitter").types(type, x, out).sameSize(x, out);
    Tensor factors = scratch.take(Math.toIntExact(x.size()));
    HostWindow window = HostWindow.of(factors);
    long stream = key.stream();
    for (long i = 0; i < factors.size(); i++) {
      double u = RandomKey.uniform(stream, key.origin() + i);
      window.real(i, 1 - epsilon + 2 * epsilon * u);
    }
    window.publish();
    Views.flat(x).muli(Views.flat(factors), Views.flat(out));
  }

  /** Fills a tensor with 0 (dropped) or 1 / (1 - rate). */
  static void drawDropout(double rate, RandomKey key, Tensor factors) {
    HostWindow window = HostWindow.of(factors);
    long stream = key.stream();
    double kept = 1 / (1 - rate);
    for (long i = 0; i < factors.size(); i++) {
      window.real(i, RandomKey.uniform(stream, key.origin() + i) >= rate ? kept : 0);
    }
    window.publish();
  }
}
