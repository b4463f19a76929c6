package dev.switchyard.engine.layer;

import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.parallel.Rank;
import dev.switchyard.engine.tensor.RandomKey;
import dev.switchyard.engine.tensor.Tensor;

/**
 * What attention does between its projections: each head of each query mixes the values by how well
 * their keys answer.
 *
 * @param headSize d_kv
 * @param causal whether a token sees only itself and those before it
 * @param dropoutRate of the attention probabilities
 * @param site of that dropout
 */
public record AttentionHeads(
    int heads, int headSize, boolean causal, double dropoutRate, int site) {

  /**
   * Kept for the backward pass.
   *
   * @param mixed [B * Lq, H * d_kv], the heads' results
   */
  public record Saved(
      AttentionPlan plan,
      Tensor keyMask,
      Tensor bias,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor mixed,
      Tensor state) {}

  /** Width of all heads together. */
  public int width() {
    return heads * headSize;
  }

  /**
   * Mixes.
   *
   * @param q [B * Lq, H * d_kv] as {@code asking} says
   * @param k [B * Lk, H * d_kv] as {@code answering} says, whose mask hides padding
   * @param v [B * Lk, H * d_kv]; may be k
   * @param bias [H, Lq, Lk] or null
   */
  public Saved forward(
      Pass pass, Tensor q, Sequences asking, Tensor k, Tensor v, Sequences answering, Tensor bias) {
    return mix(pass, q, asking, k, v, answering, bias, causal);
  }

  /** An empty cache for keys and values. */
  public KeyValueCache cache(Backend backend, int rows, int room) {
    return new KeyValueCache(backend, rows, width(), room);
  }

  /**
   * Mixes values that are in the cache, whatever their order; not for training.
   *
   * @param keyMask [B, room] INT32, 0 for places that are padding or not taken
   */
  public Saved recall(Pass pass, Tensor q, Sequences asking, KeyValueCache cache, Tensor keyMask) {
    Sequences answering = new Sequences(asking.rows(), cache.room(), keyMask);
    return mix(pass, q, asking, cache.keys(), cache.values(), answering, null, false);
  }

  /**
   * Causal mixing for tokens that follow those in the cache, which takes them up: of any number of
   * tokens while the cache is empty, and then of one a row at a time. Not for training.
   *
   * @param q [B * n, H * d_kv] of the new tokens, as are k and v
   * @param keyMask [B, room] INT32, 0 for places that are padding or not taken even now
   * @param bias [H, n, room]
   */
  public Saved extend(
      Pass pass,
      Tensor q,
      Tensor k,
      Tensor v,
      Sequences asking,
      KeyValueCache cache,
      Tensor keyMask,
      Tensor bias) {
    boolean first = cache.length() == 0;
    if (!first && asking.length() != 1) {
      throw new IllegalArgumentException(
          "One token a row follows those in the cache, but there are " + asking.length());
    }
    cache.append(k, v, asking.length());
    Sequences answering = new Sequences(asking.rows(), cache.room(), keyMask);
    // The first tokens stand where their keys do, as the causal order wants it; a later one sees
    // all that the mask shows.
    return mix(pass, q, asking, cache.keys(), cache.values(), answering, bias, first);
  }

  private Saved mix(
      Pass pass,
      Tensor q,
      Sequences asking,
      Tensor k,
      Tensor v,
      Sequences answering,
      Tensor bias,
      boolean ordered) {
    AttentionPlan plan =
        new AttentionPlan(
            asking.rows(),
            heads,
            asking.length(),
            answering.length(),
            headSize,
            ordered,
            pass.isDropping(dropoutRate) ? dropoutRate : 0,
            key(pass, asking, answering, 0));
    Tensor mixed = pass.take(asking.tokens(), width());
    if (isByRow(pass)) {
      return mixByRow(pass, plan, q, asking, k, v, answering, bias, mixed);
    }
    Tensor state = pass.take(pass.backend().attentionStateShape(plan));
    pass.backend().attention(plan, q, k, v, bias, answering.mask(), mixed, state);
    return new Saved(plan, answering.mask(), bias, q, k, v, mixed, state);
  }

  /** The numbers that a row's first head begins with; in order for all rows on one device. */
  private RandomKey key(Pass pass, Sequences asking, Sequences answering, int row) {
    Rank rank = pass.division().rank();
    long before = pass.division().share().before(asking.rows()) + row;
    long head = before * heads * rank.mesh().model() + (long) rank.place().model() * heads;
    return pass.key(site, head * asking.length() * answering.length());
  }

  /** Where heads are divided, a row's numbers do not follow upon those of the row before. */
  private boolean isByRow(Pass pass) {
    return pass.isDropping(dropoutRate) && pass.division().rank().mesh().model() > 1;
  }

  private AttentionPlan rowPlan(Pass pass, AttentionPlan all, int row) {
    Sequences asking = new Sequences(all.batch(), all.queryLength(), null);
    Sequences answering = new Sequences(all.batch(), all.keyLength(), null);
    return new AttentionPlan(
        1,
        heads,
        all.queryLength(),
        all.keyLength(),
        headSize,
        all.causal(),
        all.dropoutRate(),
        key(pass, asking, answering, row));
  }

  private static Tensor row(Tensor of, int row, int rows) {
    if (of == null) {
      return null;
    }
    int each = of.length(0) / rows;
    return of.part(row * each, (row + 1) * each);
  }

  private Saved mixByRow(
      Pass pass,
      AttentionPlan plan,
      Tensor q,
      Sequences asking,
      Tensor k,
      Tensor v,
      Sequences answering,
      Tensor bias,
      Tensor mixed) {
    int rows = asking.rows();
    int[] shape = pass.backend().attentionStateShape(rowPlan(pass, plan, 0));
    int[] all = shape.clone();
    all[0] *= rows;
    Tensor state = pass.take(all);
    for (int i = 0; i < rows; i++) {
      pass.backend()
          .attention(
              rowPlan(pass, plan, i),
              row(q, i, rows),
              row(k, i, rows),
              row(v, i, rows),
              bias,
              row(answering.mask(), i, rows),
              row(mixed, i, rows),
              row(state, i, rows));
    }
    return new Saved(plan, answering.mask(), bias, q, k, v, mixed, state);
  }

  /**
   * Gradients: dQ, dK and dV are overwritten, dBias [H, Lq, Lk] is added to, or null.
   *
   * @param dMixed [B * Lq, H * d_kv]
   */
  public void backward(
      Pass pass, Saved saved, Tensor dMixed, Tensor dQ, Tensor dK, Tensor dV, Tensor dBias) {
    int rows = isByRow(pass) ? saved.plan().batch() : 1;
    for (int i = 0; i < rows; i++) {
      pass.backend()
          .attentionBackward(
              rows == 1 ? saved.plan() : rowPlan(pass, saved.plan(), i),
              row(saved.q(), i, rows),
              row(saved.k(), i, rows),
              row(saved.v(), i, rows),
              saved.bias(),
              row(saved.keyMask(), i, rows),
              row(saved.mixed(), i, rows),
              row(saved.state(), i, rows),
              row(dMixed, i, rows),
              row(dQ, i, rows),
              row(dK, i, rows),
              row(dV, i, rows),
              dBias);
    }
  }
}
