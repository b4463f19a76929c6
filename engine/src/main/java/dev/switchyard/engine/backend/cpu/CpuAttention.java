package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/**
 * Attention, forward and backward. Each row of the batch and each head is a piece of work of its
 * own: small products on one thread, and between them the softmax, row by row, while the scores are
 * in the cache. The forward pass keeps the probabilities (before dropout), [B, H, Lq, Lk].
 */
final class CpuAttention {
  // Blocks of the batch whose bias gradients are summed apart, and the most memory for them.
  private static final int BIAS_BLOCKS = 8;
  private static final long BIAS_ELEMENTS = 8L << 20;

  private final CpuThreads threads;
  private final CpuScratch scratch;

  CpuAttention(CpuThreads threads, CpuScratch scratch) {
    this.threads = threads;
    this.scratch = scratch;
  }

  /** The probabilities' shape: [B, H, Lq, Lk]. */
  static int[] stateShape(AttentionPlan plan) {
    return new int[] {plan.batch(), plan.heads(), plan.queryLength(), plan.keyLength()};
  }

  /** Addresses of what both passes read, checked against the plan. */
  private record Inputs(
      AttentionPlan plan, long q, long k, long v, long bias, long mask, long state) {
    static Inputs of(
        AttentionPlan plan, Tensor q, Tensor k, Tensor v, Tensor bias, Tensor mask, Tensor state) {
      double rate = plan.dropoutRate();
      if (!(rate >= 0 && rate < 1)) {
        throw new IllegalArgumentException("The dropout rate should be in [0, 1), but is " + rate);
      }
      int width = plan.heads() * plan.headSize();
      long queries = (long) plan.batch() * plan.queryLength();
      long keys = (long) plan.batch() * plan.keyLength();
      long scores = (long) plan.heads() * plan.queryLength() * plan.keyLength();
      return new Inputs(
          plan,
          Operands.rows(q, "q", queries, width),
          Operands.rows(k, "k", keys, width),
          Operands.rows(v, "v", keys, width),
          bias == null ? 0 : Operands.floats(bias, "bias", scores),
          mask == null ? 0 : Operands.ints(mask, "keyMask", keys),
          Operands.floats(state, "state", plan.batch() * scores));
    }

    int lq() {
      return plan.queryLength();
    }

    int lk() {
      return plan.keyLength();
    }

    /** Elements from one token to the next. */
    int width() {
      return plan.heads() * plan.headSize();
    }

    /** Bytes of one head's scores. */
    long scoreBytes() {
      return 4L * lq() * lk();
    }

    /** Bytes from a query tensor's start to what belongs to a row of the batch and a head. */
    long query(int b, int h) {
      return 4 * ((long) b * lq() * width() + (long) h * plan.headSize());
    }

    /** The same for a key or value tensor. */
    long key(int b, int h) {
      return 4 * ((long) b * lk() * width() + (long) h * plan.headSize());
    }

    long probabilities(int b, int h) {
      return state + scoreBytes() * ((long) b * plan.heads() + h);
    }

    boolean drops() {
      return plan.dropoutRate() > 0;
    }

    /** Writes the probabilities that dropout leaves. */
    void drop(int b, int h, long from, long to) {
      long first = ((long) b * plan.heads() + h) * lq() * lk();
      RandomLanes.dropout(
          from,
          plan.dropoutRate(),
          plan.dropoutKey().stream(),
          plan.dropoutKey().origin() + first,
          to,
          Math.multiplyExact(lq(), lk()));
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#attention}. */
  void attention(
      AttentionPlan plan,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor bias,
      Tensor keyMask,
      Tensor out,
      Tensor state) {
    Inputs in = Inputs.of(plan, q, k, v, bias, keyMask, state);
    long outAt = Operands.rows(out, "out", (long) plan.batch() * in.lq(), in.width());
    // A thread's own: a row of zeros, the mask as numbers to add, and the scores after dropout.
    long rowBytes = 4L * in.lk();
    scratch.reserve(2 * rowBytes + (in.drops() ? in.scoreBytes() : 0), 0);
    int heads = plan.heads();
    threads.overEach(
        plan.batch() * heads,
        (piece, end, thread) -> {
          int b = (int) (piece / heads);
          int h = (int) (piece % heads);
          forward(in, b, h, outAt + in.query(b, h), scratch.own(thread));
        });
  }

  private static void forward(Inputs in, int b, int h, long out, long own) {
    int lq = in.lq();
    int lk = in.lk();
    int size = in.plan.headSize();
    int width = in.width();
    long zeros = own;
    long mask = own + 4L * lk;
    OffHeap.clear(zeros, 4L * lk);
    if (in.mask != 0) {
      maskToAdd(in.mask + 4L * b * lk, mask, lk);
    }
    long p = in.probabilities(b, h);
    SmallProducts.multiply(
        false,
        true,
        lq,
        lk,
        size,
        in.q + in.query(b, h),
        width,
        in.k + in.key(b, h),
        width,
        0,
        p,
        lk);
    for (int i = 0; i < lq; i++) {
      int seen = in.plan.causal() ? Math.min(i + 1, lk) : lk;
      long row = p + 4L * i * lk;
      if (in.bias != 0 || in.mask != 0) {
        long bias = in.bias == 0 ? zeros : in.bias + 4L * ((long) h * lq + i) * lk;
        addBoth(row, bias, in.mask == 0 ? zeros : mask, seen);
      }
      Reductions.softmax(row, row, seen);
      OffHeap.clear(row + 4L * seen, 4L * (lk - seen));
    }
    long kept = p;
    if (in.drops()) {
      kept = own + 8L * lk;
      in.drop(b, h, p, kept);
    }
    SmallProducts.multiply(
        false, false, lq, size, lk, kept, lk, in.v + in.key(b, h), width, 0, out, width);
  }

  /** 0 where a key may be seen, negative infinity where not. */
  private static void maskToAdd(long mask, long out, int n) {
    for (int j = 0; j < n; j++) {
      float add = OffHeap.getInt(mask + 4L * j) != 0 ? 0 : Float.NEGATIVE_INFINITY;
      OffHeap.setFloat(out + 4L * j, add);
    }
  }

  private static void addBoth(long row, long bias, long mask, int n) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector both = Lanes.load(bias + 4L * i).add(Lanes.load(mask + 4L * i));
      Lanes.store(Lanes.load(row + 4L * i).add(both), row + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      float both = OffHeap.getFloat(bias + 4L * i) + OffHeap.getFloat(mask + 4L * i);
      OffHeap.setFloat(row + 4L * i, OffHeap.getFloat(row + 4L * i) + both);
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#attentionBackward}. */
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
      Tensor dBias) {
    Inputs in = Inputs.of(plan, q, k, v, bias, keyMask, state);
    long queries = (long) plan.batch() * in.lq();
    long keys = (long) plan.batch() * in.lk();
    Operands.rows(out, "out", queries, in.width());
    Gradients to =
        new Gradients(
            Operands.rows(dOut, "dOut", queries, in.width()),
            Operands.rows(dQ, "dQ", queries, in.width()),
            Operands.rows(dK, "dK", keys, in.width()),
            Operands.rows(dV, "dV", keys, in.width()));
    long scores = (long) plan.heads() * in.lq() * in.lk();
    long dBiasAt = dBias == null ? 0 : Operands.floats(dBias, "dBias", scores);
    if (scores == 0 || plan.batch() == 0) {
      return;
    }
    // The bias is shared by the batch. Its gradient is summed in a few blocks of rows at a time,
    // each in order, and the blocks in order after that: see Partials.
    long fitting = Math.max(1, BIAS_ELEMENTS / scores);
    int blocks =
        dBias == null ? plan.batch() : (int) Math.min(Math.min(plan.batch(), BIAS_BLOCKS), fitting);
    scratch.reserve(
        in.scoreBytes() * (in.drops() ? 2 : 1), dBias == null ? 0 : 4 * scores * blocks);
    long partials = dBias == null ? 0 : scratch.shared();
    threads.overEach(
        blocks * plan.heads(),
        (piece, end, thread) -> {
          int block = (int) (piece / plan.heads());
          int h = (int) (piece % plan.heads());
          int first = Partials.start(plan.batch(), blocks, block);
          int last = Partials.start(plan.batch(), blocks, block + 1);
          for (int b = first; b < last; b++) {
            backward(in, to, b, h, scratch.own(thread));
            if (partials != 0) {
              long partial = partials + piece * in.scoreBytes();
              collect(scratch.own(thread), partial, in.lq() * in.lk(), b == first);
            }
          }
        });
    if (partials != 0) {
      threads.overRows(
          scores,
          blocks,
          (from, end, thread) ->
              Partials.add(
                  partials + 4 * from, 4 * scores, blocks, (int) (end - from), dBiasAt + 4 * from));
    }
  }

  private record Gradients(long dOut, long dQ, long dK, long dV) {}

  /** Leaves the scores' gradient at {@code dScores}. */
  private static void backward(Inputs in, Gradients to, int b, int h, long dScores) {
    int lq = in.lq();
    int lk = in.lk();
    int size = in.plan.headSize();
    int width = in.width();
    long dOut = to.dOut + in.query(b, h);
    long p = in.probabilities(b, h);
    long query = in.query(b, h);
    long key = in.key(b, h);
    long kept = p;
    if (in.drops()) {
      kept = dScores + in.scoreBytes();
      in.drop(b, h, p, kept);
    }
    SmallProducts.multiply(true, false, lk, size, lq, kept, lk, dOut, width, 0, to.dV + key, width);
    SmallProducts.multiply(
        false, true, lq, lk, size, dOut, width, in.v + key, width, 0, dScores, lk);
    for (int i = 0; i < lq; i++) {
      int seen = in.plan.causal() ? Math.min(i + 1, lk) : lk;
      long row = 4L * i * lk;
      softmaxBackward(p + row, kept + row, dScores + row, seen);
      OffHeap.clear(dScores + row + 4L * seen, 4L * (lk - seen));
    }
    SmallProducts.multiply(
        false, false, lq, size, lk, dScores, lk, in.k + key, width, 0, to.dQ + query, width);
    SmallProducts.multiply(
        true, false, lk, size, lq, dScores, lk, in.q + query, width, 0, to.dK + key, width);
  }

  /**
   * Gradient through dropout and softmax. With d the gradient of what dropout left, kept_j: d_j
   * becomes kept_j d_j - p_j sum(kept d), because kept_j = p_j times the dropout's factor.
   */
  private static void softmaxBackward(long p, long kept, long d, int n) {
    float sum = Reductions.dot(kept, d, n);
    FloatVector minus = Lanes.all(-sum);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector direct = Lanes.load(kept + 4L * i).mul(Lanes.load(d + 4L * i));
      Lanes.store(Lanes.load(p + 4L * i).fma(minus, direct), d + 4L * i);
    }
    for (int i = whole; i < n; i++) {
      float direct = OffHeap.getFloat(kept + 4L * i) * OffHeap.getFloat(d + 4L * i);
      OffHeap.setFloat(d + 4L * i, Math.fma(OffHeap.getFloat(p + 4L * i), -sum, direct));
    }
  }

  private static void collect(long dScores, long partial, int n, boolean first) {
    if (first) {
      OffHeap.copy(dScores, partial, 4L * n);
    } else {
      CpuElements.add(dScores, partial, n);
    }
  }
}
