package dev.switchyard.engine.backend;

import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Bfloat16;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;
import dev.switchyard.engine.tensor.Transport;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * The operations that a Switch Transformer needs, forward and backward, on one device.
 *
 * <p>Conventions. Tensors are dense and row-major. {@code T} counts tokens (batch x length), {@code
 * d} is d_model, {@code E} experts, {@code S} slots of all experts. A weight is [out, in], as in
 * the checkpoints, so that a projection is {@code matmul(x, false, w, true, y, false)}. Unless said
 * otherwise a result overwrites its tensor, and results must not overlap inputs. Gradients of
 * parameters are always <em>added</em> to what is there. Index tensors are INT32, and -1 means
 * "none". Operations run in the order of the calls; a call may return before its work is done, and
 * {@link #read} waits for it. One thread at a time may use a backend. Wrong shapes throw {@link
 * IllegalArgumentException}.
 *
 * <p>Where an operation speaks of [T, d], a tensor of more axes counts as the matrix of its {@link
 * Tensor#rows()} and its last axis, and where it speaks of [T], only the size counts. {@link
 * Shapes} checks it.
 *
 * <p>The same calls with the same values give the same bits on the same backend and machine.
 */
public interface Backend extends RoutingOperations, AutoCloseable {

  // ---- the device and its memory ----

  /** Short name: "nd4j", "cpu", "cuda". */
  String name();

  /** One line for people: the device, its kernels, its threads. */
  String description();

  /** What computes matrix products here, with the kernels chosen: "OpenBLAS SkylakeX". */
  String productKernels();

  /**
   * The type of real tensors here: FLOAT32, FLOAT64 in gradient checks, or BFLOAT16 in a {@link
   * Bfloat16Backend}, which knows FLOAT32 as well.
   */
  ElementType floatType();

  /**
   * The same device for tensors of bfloat16: their memory, FLOAT32 tensors and all else are shared.
   * The caller closes it before this backend.
   *
   * @throws IllegalStateException if real tensors here are not FLOAT32
   */
  default Backend withBfloat16() {
    return new Bfloat16Backend(this);
  }

  /** A tensor of zeros that lives until {@link #free}. */
  Tensor allocate(ElementType type, int... shape);

  /** Real zeros of {@link #floatType()} that live until {@link #free}. */
  default Tensor allocate(int... shape) {
    return allocate(floatType(), shape);
  }

  /** Frees a tensor that {@link #allocate} gave; views of it become invalid. */
  default void free(Tensor tensor) {
    tensor.storage().free();
  }

  /** A new arena in this device's memory. The caller closes it. */
  Arena arena();

  /**
   * Where a tensor's elements lie on the device, for collectives between devices: a segment of the
   * host's memory, or an address that only the device can read. Valid as long as the tensor is; the
   * caller sees to it that no operation is in flight.
   */
  MemorySegment memory(Tensor tensor);

  /** What moves and sums what {@link #memory} gives. */
  default Transport transport() {
    return Transport.HOST;
  }

  /** Copies a tensor's elements out, in native byte order; waits for work in flight. */
  void read(Tensor from, MemorySegment to);

  /**
   * Reads tensors as they are when the work asked for so far is done, without waiting for it. Only
   * so many readings can be under way; then a new one waits for the oldest.
   */
  default Reading readLater(List<Tensor> tensors) {
    HostNumbers numbers = new HostNumbers(tensors);
    for (Tensor tensor : tensors) {
      read(tensor, numbers.place(tensor));
    }
    return new Reading() {
      @Override
      public boolean isHere() {
        return true;
      }

      @Override
      public HostNumbers take() {
        return numbers;
      }
    };
  }

  /** Copies elements of the tensor's type in; the source may be reused at once. */
  void write(Tensor to, MemorySegment from);

  /** The elements as floats; integers and doubles are converted. */
  default float[] floats(Tensor from) {
    int size = Math.toIntExact(from.size());
    float[] floats = new float[size];
    switch (from.type()) {
      case FLOAT32 -> read(from, MemorySegment.ofArray(floats));
      case FLOAT64 -> {
        double[] doubles = new double[size];
        read(from, MemorySegment.ofArray(doubles));
        for (int i = 0; i < size; i++) {
          floats[i] = (float) doubles[i];
        }
      }
      case BFLOAT16 -> {
        short[] shorts = new short[size];
        read(from, MemorySegment.ofArray(shorts));
        for (int i = 0; i < size; i++) {
          floats[i] = Bfloat16.widen(shorts[i]);
        }
      }
      case INT32 -> {
        int[] ints = ints(from);
        for (int i = 0; i < size; i++) {
          floats[i] = ints[i];
        }
      }
    }
    return floats;
  }

  /** The elements of a real tensor as doubles. */
  default double[] doubles(Tensor from) {
    double[] doubles = new double[Math.toIntExact(from.size())];
    if (from.type() == ElementType.FLOAT64) {
      read(from, MemorySegment.ofArray(doubles));
    } else {
      float[] floats = floats(from);
      for (int i = 0; i < floats.length; i++) {
        doubles[i] = floats[i];
      }
    }
    return doubles;
  }

  /** The elements of an INT32 tensor. */
  default int[] ints(Tensor from) {
    int[] ints = new int[Math.toIntExact(from.size())];
    read(from, MemorySegment.ofArray(ints));
    return ints;
  }

  /** Writes floats into a real tensor, widened or rounded to what it holds. */
  default void write(Tensor to, float[] from) {
    switch (to.type()) {
      case FLOAT64 -> {
        double[] doubles = new double[from.length];
        for (int i = 0; i < from.length; i++) {
          doubles[i] = from[i];
        }
        write(to, MemorySegment.ofArray(doubles));
      }
      case BFLOAT16 -> {
        short[] shorts = new short[from.length];
        for (int i = 0; i < from.length; i++) {
          shorts[i] = Bfloat16.round(from[i]);
        }
        write(to, MemorySegment.ofArray(shorts));
      }
      case FLOAT32, INT32 -> write(to, MemorySegment.ofArray(from));
    }
  }

  /** Writes integers into an INT32 tensor. */
  default void write(Tensor to, int[] from) {
    write(to, MemorySegment.ofArray(from));
  }

  /** Sets every element to 0. */
  void zero(Tensor tensor);

  /** Copies elements between tensors of the same type and size. */
  void copy(Tensor from, Tensor to);

  // ---- products ----

  /**
   * out = op(a) op(b), or out += op(a) op(b).
   *
   * @param a [M, K], or [K, M] if transposeA
   * @param b [K, N], or [N, K] if transposeB
   * @param out [M, N]
   */
  void matmul(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate);

  /**
   * As many products as the first axis is long: out[i] (+)= op(a[i]) op(b[i]). Used for experts:
   * one matrix each.
   *
   * @param a [E, M, K], or [E, K, M] if transposeA
   * @param b [E, K, N], or [E, N, K] if transposeB
   * @param out [E, M, N]
   * @param rowsUsed null, or [E] INT32: rows of a (along its second axis) from this number on are
   *     known to be zero, so that their work may be skipped; the result is the same as without the
   *     hint. It may exceed the rows that there are
   */
  void batchedMatmul(
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      Tensor out,
      boolean accumulate,
      Tensor rowsUsed);

  // ---- element by element ----

  /** to += from. */
  void add(Tensor from, Tensor to);

  /** tensor *= factor. */
  void scale(Tensor tensor, double factor);

  /** out = max(x, 0). {@code out} may be {@code x}. */
  void relu(Tensor x, Tensor out);

  /** dX = dOut where y (the result of {@link #relu}) is above 0, else 0. dX may be dOut. */
  void reluBackward(Tensor y, Tensor dOut, Tensor dX);

  /** out = gelu(a) * b, gelu in its tanh form. All of one shape. */
  void geglu(Tensor a, Tensor b, Tensor out);

  /** Gradients of {@link #geglu} with respect to a and b. */
  void gegluBackward(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB);

  /**
   * out = x / (1 - rate) where the key's number for the element is at least {@code rate}, else 0.
   * {@code out} may be {@code x}. Its backward is the same call on the gradient.
   */
  void dropout(Tensor x, double rate, RandomKey key, Tensor out);

  /**
   * out = x * (1 - epsilon + 2 epsilon u), u the key's number for the element: multiplicative
   * jitter uniform in [1 - epsilon, 1 + epsilon). {@code out} may be {@code x}. Its backward is the
   * same call on the gradient.
   */
  void jitter(Tensor x, double epsilon, RandomKey key, Tensor out);

  // ---- normalisation and embedding ----

  /**
   * Root-mean-square normalisation: out = x * r * weight, r = 1 / sqrt(mean(x^2) + epsilon) of each
   * row.
   *
   * @param x [T, d]
   * @param weight [d]
   * @param out [T, d]
   * @param inverseRms [T], kept for the backward pass
   */
  void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor out, Tensor inverseRms);

  /** Adds the gradient to dX [T, d] and dWeight [d]. */
  void rmsNormBackward(
      Tensor dOut, Tensor x, Tensor weight, Tensor inverseRms, Tensor dX, Tensor dWeight);

  /** out[t] = table[ids[t]]; ids [T], table [V, d], out [T, d]. */
  void embed(Tensor ids, Tensor table, Tensor out);

  /** dTable[ids[t]] += dOut[t], in the order of t. */
  void embedBackward(Tensor ids, Tensor dOut, Tensor dTable);

  // ---- attention ----

  /**
   * out[h, i, j] = table[bucket[i, j], h]: the relative position bias.
   *
   * @param table [buckets, H]
   * @param bucket [Lq, Lk] INT32
   * @param out [H, Lq, Lk]
   */
  void positionBias(Tensor table, Tensor bucket, Tensor out);

  /** dTable[bucket[i, j], h] += dBias[h, i, j]. */
  void positionBiasBackward(Tensor bucket, Tensor dBias, Tensor dTable);

  /** Shape of what {@link #attention} keeps for its backward pass on this backend. */
  int[] attentionStateShape(AttentionPlan plan);

  /**
   * Attention without the 1/sqrt(d) factor: softmax(q k^T + bias + mask) v for each row of the
   * batch and each head. The heads of a token lie side by side: [B, L, H, d_kv]. A query that may
   * see no key at all gets zeros.
   *
   * @param q [B * Lq, H * d_kv]
   * @param k [B * Lk, H * d_kv]
   * @param v [B * Lk, H * d_kv]
   * @param bias [H, Lq, Lk], or null
   * @param keyMask [B, Lk] INT32, 1 for keys that may be seen; or null for all
   * @param out [B * Lq, H * d_kv]
   * @param state of {@link #attentionStateShape}, written here, read by the backward pass
   */
  void attention(
      AttentionPlan plan,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor bias,
      Tensor keyMask,
      Tensor out,
      Tensor state);

  /**
   * Gradients of {@link #attention}: dQ, dK, dV are overwritten; dBias [H, Lq, Lk] is added to, or
   * null. {@code out} is the forward's result.
   */
  void attentionBackward(
      AttentionPlan plan,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor bias,
      Tensor keyMask,
      Tensor out,
      Tensor state,
      Tensor dOut,
      Tensor dQ,
      Tensor dK,
      Tensor dV,
      Tensor dBias);

  // ---- slots ----

  /**
   * Moves what each expert serves to the front of its slots, in the order of the slots: behind the
   * last of them nothing is left to compute, however many groups there are.
   *
   * @param slot [T, k] INT32, changed
   * @param slotChoice [S] INT32, changed
   * @param used [E] INT32, the slots of each expert that are not empty
   */
  default void packSlots(RoutingPlan plan, Tensor slot, Tensor slotChoice, Tensor used) {
    int[] slotOf = ints(slot);
    int[] choiceIn = ints(slotChoice);
    int[] counts = new int[plan.experts()];
    int[] packed = new int[choiceIn.length];
    Arrays.fill(packed, -1);
    for (int s = 0; s < choiceIn.length; s++) {
      if (choiceIn[s] >= 0) {
        int expert = s / plan.slotsPerExpert();
        int to = expert * plan.slotsPerExpert() + counts[expert]++;
        packed[to] = choiceIn[s];
        slotOf[choiceIn[s]] = to;
      }
    }
    write(slot, slotOf);
    write(slotChoice, packed);
    write(used, counts);
  }

  // ---- loss ----

  /**
   * Cross entropy in nats of each row: loss[t] = logSumExp(logits[t]) - logits[t, labels[t]], and 0
   * where the label is negative (ignored).
   *
   * @param logits [T, V]
   * @param labels [T] INT32
   * @param loss [T]
   * @param logSumExp [T]
   */
  void crossEntropy(Tensor logits, Tensor labels, Tensor loss, Tensor logSumExp);

  /**
   * dLogits = scale * (softmax(logits) (1 + 2 zLoss logSumExp) - onehot(label)), zeros for ignored
   * rows: the gradient of scale * sum(loss + zLoss * logSumExp^2). dLogits may be logits.
   */
  void crossEntropyBackward(
      Tensor logits, Tensor labels, Tensor logSumExp, double scale, double zLoss, Tensor dLogits);

  /**
   * Cross entropy in nats of each row against probabilities instead of a label: loss[t] =
   * logSumExp(logits[t]) - sum_j targets[t, j] logits[t, j], and 0 where the label is negative
   * (ignored). So a model learns from another's (Switch Transformers, section 4.1).
   *
   * @param logits [T, V]
   * @param targets [T, V], each row sums to 1
   * @param labels [T] INT32; only their signs count
   * @param loss [T]
   * @param logSumExp [T]
   */
  void softCrossEntropy(
      Tensor logits, Tensor targets, Tensor labels, Tensor loss, Tensor logSumExp);

  /**
   * dLogits += scale * (softmax(logits) - targets), but for ignored rows: the gradient of scale *
   * sum(loss). dLogits must not be logits or targets.
   */
  void softCrossEntropyBackward(
      Tensor logits, Tensor targets, Tensor labels, Tensor logSumExp, double scale, Tensor dLogits);

  // ---- updates and figures ----

  /** Sum of all elements; waits for it. */
  double sum(Tensor tensor);

  /** Sum of the squares of all elements; waits for it. */
  double sumOfSquares(Tensor tensor);

  /** The sum of squares of all elements of several tensors. */
  default double sumOfSquares(List<Tensor> tensors) {
    double sum = 0;
    for (Tensor tensor : tensors) {
      sum += sumOfSquares(tensor);
    }
    return sum;
  }

  /** Whether no element is infinite or not a number; waits for it. */
  boolean allFinite(Tensor tensor);

  /** One AdamW update in place; m and v are the moments, of the parameter's shape. */
  void adamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step);

  /**
   * One Adafactor update in place, with the second moment factored into means over rows and columns
   * of the last two axes. Axes before them are independent matrices (experts): each is updated as
   * if it were alone, its root mean squares too unless the step takes those together.
   *
   * @param parameter [..., R, C]
   * @param rows [..., R], mean of the squared gradient over columns
   * @param columns [..., C], mean of the squared gradient over rows
   */
  void adafactor(
      Tensor parameter, Tensor gradient, Tensor rows, Tensor columns, AdafactorStep step);

  /** One Adafactor update with the whole second moment, of the parameter's shape: for vectors. */
  void adafactor(Tensor parameter, Tensor gradient, Tensor secondMoment, AdafactorStep step);

  /** Sees to it that the work asked for so far begins, without waiting for it. */
  default void submit() {}

  /** Waits until all work is done. */
  void synchronize();

  /** Ends threads and frees what the backend itself holds; tensors of callers are theirs. */
  @Override
  void close();
}
