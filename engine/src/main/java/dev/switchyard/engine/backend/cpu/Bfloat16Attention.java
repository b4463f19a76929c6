package dev.switchyard.engine.backend.cpu;

import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/**
 * Attention on bfloat16 tokens, rounded where {@link dev.switchyard.engine.backend.Bfloat16Backend}
 * says. Each row of the batch and each head is a piece of work of its own: its scores are float32
 * in the thread's scratch, and only probabilities are kept, [B, H, Lq, Lk] in bfloat16.
 */
final class Bfloat16Attention {
  // Blocks of the batch whose bias gradients are summed apart, and the most memory for them.
  private static final int BIAS_BLOCKS = 8;
  private static final long BIAS_ELEMENTS = 8L << 20;
  private static final long LINE = 64;

  private final CpuThreads threads;
  private final CpuScratch scratch;
  private final BlockKernel.Source kernels;

  Bfloat16Attention(CpuThreads threads, CpuScratch scratch, BlockKernel.Source kernels) {
    this.threads = threads;
    this.scratch = scratch;
    this.kernels = kernels;
  }

  private static long lines(long bytes) {
    return (bytes + LINE - 1) & -LINE;
  }

  /** Addresses of what both passes read, checked against the plan. */
  private record Inputs(AttentionPlan plan, long q, long k, long v, long state) {
    static Inputs of(AttentionPlan plan, Tensor q, Tensor k, Tensor v, Tensor state) {
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
          Operands.bfloat16(q, "q", queries * width),
          Operands.bfloat16(k, "k", keys * width),
          Operands.bfloat16(v, "v", keys * width),
          Operands.bfloat16(state, "state", plan.batch() * scores));
    }

    int lq() {
      return plan.queryLength();
    }

    int lk() {
      return plan.keyLength();
    }

    int width() {
      return plan.heads() * plan.headSize();
    }

    /** Elements of one head's scores. */
    long pairs() {
      return (long) lq() * lk();
    }

    /** Bytes from a query tensor's start to what belongs to a row of the batch and a head. */
    long query(int b, int h) {
      return 2 * ((long) b * lq() * width() + (long) h * plan.headSize());
    }

    /** The same for a key or value tensor. */
    long key(int b, int h) {
      return 2 * ((long) b * lk() * width() + (long) h * plan.headSize());
    }

    long probabilities(int b, int h) {
      return state + 2 * pairs() * ((long) b * plan.heads() + h);
    }

    boolean drops() {
      return plan.dropoutRate() > 0;
    }

    int seen(int query) {
      return plan.causal() ? Math.min(query + 1, lk()) : lk();
    }

    /** Drops out of bfloat16 probabilities, row by row through float32. */
    void drop(int b, int h, long from, long row, long to) {
      long first = ((long) b * plan.heads() + h) * pairs();
      for (int i = 0; i < lq(); i++) {
        long at = (long) i * lk();
        Bfloat16Lanes.widen(from + 2 * at, row, lk());
        RandomLanes.dropout(
            row,
            plan.dropoutRate(),
            plan.dropoutKey().stream(),
            plan.dropoutKey().origin() + first + at,
            row,
            lk());
        Bfloat16Lanes.round(row, to + 2 * at, lk());
      }
    }
  }

  /** The product of queries [Lq, d] and keys [Lk, d] by head, into float32 scores. */
  private BlockKernel scoreKernel(Inputs in) {
    int width = in.width();
    return kernels.of(
        new BlockShape(
            false, true, in.lq(), in.lk(), in.plan.headSize(), width, width, in.lk(), true, false));
  }

  /** The product of weights [Lq, Lk] with keys' rows [Lk, d], into queries' rows. */
  private BlockKernel gatherKernel(Inputs in) {
    return kernels.of(
        new BlockShape(
            false,
            false,
            in.lq(),
            in.plan.headSize(),
            in.lk(),
            in.lk(),
            in.width(),
            in.width(),
            false,
            false));
  }

  /** The product of transposed weights [Lq, Lk] with queries' rows [Lq, d], into keys' rows. */
  private BlockKernel scatterKernel(Inputs in) {
    return kernels.of(
        new BlockShape(
            true,
            false,
            in.lk(),
            in.plan.headSize(),
            in.lq(),
            in.lk(),
            in.width(),
            in.width(),
            false,
            false));
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
    Inputs in = Inputs.of(plan, q, k, v, state);
    long outAt = Operands.bfloat16(out, "out", (long) plan.batch() * in.lq() * in.width());
    Additions additions = Additions.of(in, bias, keyMask);
    if (plan.batch() == 0 || in.pairs() == 0) {
      return;
    }
    kernels.tidy();
    BlockKernel scoring = scoreKernel(in);
    BlockKernel gathering = gatherKernel(in);
    long kernelBytes = lines(Math.max(scoring.scratchBytes(), gathering.scratchBytes()));
    long rowBytes = lines(4L * in.lk());
    long scoreBytes = lines(4 * in.pairs());
    scratch.reserve(kernelBytes + rowBytes + scoreBytes + (in.drops() ? 2 * in.pairs() : 0), 0);
    int heads = plan.heads();
    threads.overEach(
        plan.batch() * heads,
        (piece, end, thread) -> {
          int b = (int) (piece / heads);
          int h = (int) (piece % heads);
          long kernelScratch = scratch.own(thread);
          long row = kernelScratch + kernelBytes;
          long scores = row + rowBytes;
          long p = in.probabilities(b, h);
          scoring.run(thread, in.q + in.query(b, h), in.k + in.key(b, h), scores, kernelScratch);
          additions.softmax(b, h, scores, p, row);
          long kept = p;
          if (in.drops()) {
            kept = scores + scoreBytes;
            in.drop(b, h, p, row, kept);
          }
          gathering.run(thread, kept, in.v + in.key(b, h), outAt + in.query(b, h), kernelScratch);
        });
  }

  /** What is added to the scores before the softmax. */
  private record Additions(Inputs in, long bias, boolean wideBias, long mask) {
    static Additions of(Inputs in, Tensor bias, Tensor keyMask) {
      AttentionPlan plan = in.plan;
      long scores = (long) plan.heads() * in.pairs();
      boolean wide = bias == null || bias.type() == ElementType.FLOAT32;
      long biasAt =
          bias == null
              ? 0
              : wide
                  ? Operands.floats(bias, "bias", scores)
                  : Operands.bfloat16(bias, "bias", scores);
      long mask =
          keyMask == null ? 0 : Operands.ints(keyMask, "keyMask", (long) plan.batch() * in.lk());
      return new Additions(in, biasAt, wide, mask);
    }

    /** Scores (which are lost) to bfloat16 probabilities; {@code maskRow} is scratch. */
    void softmax(int b, int h, long scores, long p, long maskRow) {
      int lk = in.lk();
      if (mask != 0) {
        maskToAdd(mask + 4L * b * lk, maskRow, lk);
      }
      for (int i = 0; i < in.lq(); i++) {
        int seen = in.seen(i);
        long score = scores + 4L * i * lk;
        long at = ((long) h * in.lq() + i) * lk;
        if (bias != 0 && wideBias) {
          CpuElements.add(bias + 4 * at, score, seen);
        } else if (bias != 0) {
          addBfloat16(bias + 2 * at, score, seen);
        }
        if (mask != 0) {
          CpuElements.add(maskRow, score, seen);
        }
        Reductions.softmax(score, score, seen);
        OffHeap.clear(score + 4L * seen, 4L * (lk - seen));
        Bfloat16Lanes.round(score, p + 2L * i * lk, lk);
      }
    }

    /** 0 where a key may be seen, negative infinity where not. */
    private static void maskToAdd(long mask, long out, int n) {
      for (int j = 0; j < n; j++) {
        float add = OffHeap.getInt(mask + 4L * j) != 0 ? 0 : Float.NEGATIVE_INFINITY;
        OffHeap.setFloat(out + 4L * j, add);
      }
    }

    private static void addBfloat16(long from, long to, int n) {
      int whole = Lanes.whole(n);
      for (int i = 0; i < whole; i += Lanes.COUNT) {
        Lanes.store(Lanes.load(to + 4L * i).add(Bfloat16Lanes.load(from + 2L * i)), to + 4L * i);
      }
      for (int i = whole; i < n; i++) {
        OffHeap.setFloat(
            to + 4L * i, OffHeap.getFloat(to + 4L * i) + Bfloat16Lanes.get(from + 2L * i));
      }
    }
  }

  /** See {@link dev.switchyard.engine.backend.Backend#attentionBackward}. */
  void attentionBackward(
      AttentionPlan plan,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor state,
      Tensor dOut,
      Tensor dQ,
      Tensor dK,
      Tensor dV,
      Tensor dBias) {
    Inputs in = Inputs.of(plan, q, k, v, state);
    long queries = (long) plan.batch() * in.lq() * in.width();
    long keys = (long) plan.batch() * in.lk() * in.width();
    Gradients to =
        new Gradients(
            Operands.bfloat16(dOut, "dOut", queries),
            Operands.bfloat16(dQ, "dQ", queries),
            Operands.bfloat16(dK, "dK", keys),
            Operands.bfloat16(dV, "dV", keys));
    long scores = plan.heads() * in.pairs();
    long dBiasAt = dBias == null ? 0 : Operands.floats(dBias, "dBias", scores);
    if (scores == 0 || plan.batch() == 0) {
      return;
    }
    kernels.tidy();
    Backward work = new Backward(in, to, scoreKernel(in), gatherKernel(in), scatterKernel(in));
    // The bias is shared by the batch. Its gradient is summed in a few blocks of rows at a time,
    // each in order, and the blocks in order after that: see Partials.
    long fitting = Math.max(1, BIAS_ELEMENTS / scores);
    int blocks =
        dBias == null ? plan.batch() : (int) Math.min(Math.min(plan.batch(), BIAS_BLOCKS), fitting);
    scratch.reserve(work.ownBytes(), dBias == null ? 0 : 4 * scores * blocks);
    long partials = dBias == null ? 0 : scratch.shared();
    threads.overEach(
        blocks * plan.heads(),
        (piece, end, thread) -> {
          int block = (int) (piece / plan.heads());
          int h = (int) (piece % plan.heads());
          int first = Partials.start(plan.batch(), blocks, block);
          int last = Partials.start(plan.batch(), blocks, block + 1);
          for (int b = first; b < last; b++) {
            long dScores = work.run(b, h, thread, scratch.own(thread));
            if (partials != 0) {
              long partial = partials + 4 * piece * in.pairs();
              if (b == first) {
                OffHeap.copy(dScores, partial, 4 * in.pairs());
              } else {
                CpuElements.add(dScores, partial, Math.toIntExact(in.pairs()));
              }
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

  private record Backward(
      Inputs in, Gradients to, BlockKernel scoring, BlockKernel gathering, BlockKernel scattering) {
    private long kernelBytes() {
      long most = Math.max(scoring.scratchBytes(), gathering.scratchBytes());
      return lines(Math.max(most, scattering.scratchBytes()));
    }

    private long rowBytes() {
      return lines(4L * in.lk());
    }

    private long scoreBytes() {
      return lines(4 * in.pairs());
    }

    private long roundedBytes() {
      return lines(2 * in.pairs());
    }

    /** Scratch of one thread. */
    long ownBytes() {
      return kernelBytes() + 2 * rowBytes() + scoreBytes() + roundedBytes() * (in.drops() ? 2 : 1);
    }

    /** One head of one row; gives the address of the scores' gradient in float32. */
    long run(int b, int h, int thread, long own) {
      final long pRow = own + kernelBytes();
      final long keptRow = pRow + rowBytes();
      final long dScores = keptRow + rowBytes();
      final long rounded = dScores + scoreBytes();
      long query = in.query(b, h);
      long key = in.key(b, h);
      long p = in.probabilities(b, h);
      long kept = p;
      if (in.drops()) {
        kept = rounded + roundedBytes();
        in.drop(b, h, p, pRow, kept);
      }
      scattering.run(thread, kept, to.dOut + query, to.dV + key, own);
      scoring.run(thread, to.dOut + query, in.v + key, dScores, own);
      int lk = in.lk();
      for (int i = 0; i < in.lq(); i++) {
        int seen = in.seen(i);
        long at = (long) i * lk;
        Bfloat16Lanes.widen(p + 2 * at, pRow, seen);
        long keptWide = pRow;
        if (in.drops()) {
          keptWide = keptRow;
          Bfloat16Lanes.widen(kept + 2 * at, keptRow, seen);
        }
        softmaxBackward(pRow, keptWide, dScores + 4 * at, seen);
        OffHeap.clear(dScores + 4 * (at + seen), 4L * (lk - seen));
      }
      Bfloat16Lanes.round(dScores, rounded, Math.toIntExact(in.pairs()));
      gathering.run(thread, rounded, in.k + key, to.dQ + query, own);
      scattering.run(thread, rounded, in.q + query, to.dK + key, own);
      return dScores;
    }

    /** d becomes kept d - p sum(kept d): see {@link CpuAttention}. */
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
  }
}
