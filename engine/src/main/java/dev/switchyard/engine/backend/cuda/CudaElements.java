package dev.switchyard.engine.backend.cuda;

import dev.switchyard.engine.backend.Shapes;
import dev.switchyard.engine.backend.cuda.Launch.Grid;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import java.util.List;

/**
 * Operations element by element. Each method says whether there is a kernel for the types of its
 * tensors, and does nothing where there is none.
 */
final class CudaElements {
  private static final List<String> ALIKE = List.of("f32", "bf16");
  private static final List<String> MIXED = List.of("f32", "bf16", "f32_bf16", "bf16_f32");
  private static final List<String> ALIKE_OR_EXACT = List.of("f32", "bf16", "bf16_f32");

  private final CudaWork work;

  CudaElements(CudaWork work) {
    this.work = work;
  }

  void zero(Tensor tensor) {
    if (tensor.size() > 0) {
      work.add(new Command.Zero(work.out(tensor), tensor.size() * tensor.type().bytes()));
    }
  }

  /** Between tensors of one type, or of both real ones. */
  void copy(Tensor from, Tensor to) {
    Shapes.of("copy").sameSize(from, to);
    if (from.size() == 0) {
      return;
    }
    long source = work.in(from);
    long target = work.out(to);
    if (from.type() == to.type()) {
      work.add(new Command.Copy(target, source, from.size() * from.type().bytes()));
      return;
    }
    String kernel = CudaWork.variant("convert", List.of("f32_bf16", "bf16_f32"), from, to);
    Shapes.of("copy").require(kernel != null, "tensors of one type", from, to);
    work.launch(kernel, Grid.elements(from.size()), source, target, from.size());
  }

  boolean add(Tensor from, Tensor to) {
    Shapes.of("add").sameSize(from, to);
    return launch(CudaWork.variant("add", MIXED, from, to), from.size(), from, null, to);
  }

  boolean scale(Tensor tensor, double factor) {
    String kernel = CudaWork.variant("scale", ALIKE, tensor);
    if (kernel != null && tensor.size() > 0) {
      work.launch(
          kernel, Grid.elements(tensor.size()), work.out(tensor), (float) factor, tensor.size());
    }
    return kernel != null;
  }

  boolean relu(Tensor x, Tensor out) {
    Shapes.of("relu").sameSize(x, out);
    return launch(CudaWork.variant("relu", ALIKE, x, out), x.size(), x, null, out);
  }

  boolean reluBackward(Tensor y, Tensor dOut, Tensor dX) {
    Shapes.of("reluBackward").sameSize(y, dOut, dX);
    return launch(CudaWork.variant("relu_backward", ALIKE, y, dOut, dX), y.size(), y, dOut, dX);
  }

  boolean geglu(Tensor a, Tensor b, Tensor out) {
    Shapes.of("geglu").sameSize(a, b, out);
    return launch(CudaWork.variant("geglu", ALIKE, a, b, out), a.size(), a, b, out);
  }

  boolean gegluBackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
    Shapes.of("gegluBackward").sameSize(a, b, dOut, dA, dB);
    String kernel = CudaWork.variant("geglu_backward", ALIKE, a, b, dOut, dA, dB);
    if (kernel != null && a.size() > 0) {
      work.launch(
          kernel,
          Grid.elements(a.size()),
          work.in(a),
          work.in(b),
          work.in(dOut),
          work.out(dA),
          work.out(dB),
          a.size());
    }
    return kernel != null;
  }

  /** One or two tensors read, one written. */
  private boolean launch(String kernel, long size, Tensor first, Tensor second, Tensor out) {
    if (kernel == null || size == 0) {
      return kernel != null;
    }
    if (second == null) {
      work.launch(kernel, Grid.elements(size), work.in(first), work.out(out), size);
    } else {
      work.launch(
          kernel, Grid.elements(size), work.in(first), work.in(second), work.out(out), size);
    }
    return true;
  }

  boolean dropout(Tensor x, double rate, RandomKey key, Tensor out) {
    Shapes.of("dropout").sameSize(x, out);
    return random(
        CudaWork.variant("dropout", ALIKE, x, out), x, key, out, threshold(rate), factor(rate));
  }

  /** Numbers below it, of 2^24, are dropped. */
  static int threshold(double rate) {
    return (int) Math.ceil(rate * (1 << 24));
  }

  /** What is kept is multiplied by it. */
  static float factor(double rate) {
    return (float) (1 / (1 - rate));
  }

  boolean jitter(Tensor x, double epsilon, RandomKey key, Tensor out) {
    Shapes.of("jitter").sameSize(x, out);
    float narrow = (float) epsilon;
    return random(
        CudaWork.variant("jitter", ALIKE_OR_EXACT, x, out),
        x,
        key,
        out,
        1 - narrow,
        2 * narrow * 0x1p-24f);
  }

  boolean addGumbel(Tensor logits, RandomKey key, Tensor out) {
    Shapes.of("addGumbel").sameSize(logits, out);
    return random(CudaWork.variant("add_gumbel", ALIKE, logits, out), logits, key, out);
  }

  private boolean random(String kernel, Tensor x, RandomKey key, Tensor out, Object... behind) {
    if (kernel != null && x.size() > 0) {
      work.launchRandom(
          kernel,
          Grid.elements(x.size()),
          key,
          List.of(work.in(x), work.out(out), x.size()),
          behind);
    }
    return kernel != null;
  }

  boolean addToRows(Tensor x, Tensor row, Tensor out) {
    int width = Math.toIntExact(row.size());
    Shapes.of("addToRows").sameSize(x, out).matrix("x", x, x.rows(), width);
    String kernel =
        CudaWork.areOneReal(x, row, out)
            ? "add_to_rows_" + CudaWork.suffix(x)
            : CudaWork.variant("add_to_rows", List.of("bf16_f32"), x, row);
    boolean served = kernel != null && x.type() == out.type();
    if (served && x.size() > 0) {
      work.launch(
          kernel,
          Grid.elements(x.size()),
          work.in(x),
          work.in(row),
          work.out(out),
          x.size(),
          width);
    }
    return served;
  }
}
