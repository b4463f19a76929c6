package dev.switchyard.engine.layer;

import dev.switchyard.engine.backend.AttentionPlan;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;

/**
 * Multi-head attention as in T5: no biases, and no 1/sqrt(d) on the scores. Self-attention asks and
 * answers from the same tokens; cross-attention asks from the decoder's and answers from the
 * encoder's.
 */
public final class Attention {
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear output;
  private final int heads;
  private final int headSize;
  private final boolean causal;
  private final double dropoutRate;
  private final int site;

  /**
   * Kept for the backward pass.
   *
   * @param x [B * Lq, d], the tokens that ask
   * @param memory [B * Lk, d], the tokens that answer; x itself in self-attention
   * @param mixed [B * Lq, H * d_kv], the heads' results before the output projection
   */
  public record Saved(
      AttentionPlan plan,
      Tensor x,
      Tensor memory,
      Tensor keyMask,
      Tensor bias,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor mixed,
      Tensor state) {}

  /**
   * An attention with projections {@code prefix.q}, {@code .k}, {@code .v} and {@code .o}.
   *
   * @param width of a token, d
   * @param headSize d_kv
   * @param causal whether a token sees only itself and those before it
   * @param dropoutRate of the attention probabilities
   * @param site of that dropout
   */
  public Attention(
      ParameterSource source,
      String prefix,
      int width,
      int heads,
      int headSize,
      boolean causal,
      double dropoutRate,
      int site) {
    this.query = source.linear(prefix + ".q", heads * headSize, width);
    this.key = source.linear(prefix + ".k", heads * headSize, width);
    this.value = source.linear(prefix + ".v", heads * headSize, width);
    this.output = source.linear(prefix + ".o", width, heads * headSize);
    this.heads = heads;
    this.headSize = headSize;
    this.causal = causal;
    this.dropoutRate = dropoutRate;
    this.site = site;
  }

  /**
   * Attends.
   *
   * @param x [B * Lq, d] as {@code asking} says
   * @param memory [B * Lk, d] as {@code answering} says, whose mask hides padding
   * @param bias [H, Lq, Lk] or null
   * @param out [B * Lq, d]
   */
  public Saved forward(
      Pass pass,
      Tensor x,
      Sequences asking,
      Tensor memory,
      Sequences answering,
      Tensor bias,
      Tensor out) {
    Arena.Mark mark = pass.mark();
    Tensor k = pass.take(answering.tokens(), width());
    Tensor v = pass.take(answering.tokens(), width());
    key.forward(pass, memory, k);
    value.forward(pass, memory, v);
    Saved saved = attend(pass, x, asking, memory, k, v, answering, bias, causal, out);
    pass.forgetUnlessTraining(mark);
    return saved;
  }

  /** An empty cache for this attention. */
  public KeyValueCache cache(Backend backend, int rows, int room) {
    return new KeyValueCache(backend, rows, width(), room);
  }

  /** Keeps the keys and values of a memory [B * Lk, d], for {@link #recall}. */
  public void remember(Pass pass, Tensor memory, Sequences answering, KeyValueCache cache) {
    Arena.Mark mark = pass.mark();
    Tensor k = pass.take(answering.tokens(), width());
    Tensor v = pass.take(answering.tokens(), width());
    key.forward(pass, memory, k);
    value.forward(pass, memory, v);
    cache.append(k, v, answering.length());
    pass.forget(mark);
  }

  /**
   * Cross-attention to a memory that is in the cache; not for training.
   *
   * @param keyMask [B, room] INT32, 0 for places that are padding or not taken
   */
  public void recall(
      Pass pass, Tensor x, Sequences asking, KeyValueCache cache, Tensor keyMask, Tensor out) {
    Arena.Mark mark = pass.mark();
    Sequences answering = new Sequences(asking.rows(), cache.room(), keyMask);
    attend(pass, x, asking, null, cache.keys(), cache.values(), answering, null, false, out);
    pass.forget(mark);
  }

  /**
   * Causal self-attention of tokens that follow those in the cache, which takes them up: of any
   * number of tokens while the cache is empty, and then of one a row at a time. Not for training.
   *
   * @param x [B * n, d], the new tokens
   * @param keyMask [B, room] INT32, 0 for places that are padding or not taken even now
   * @param bias [H, n, room]
   * @param out [B * n, d]
   */
  public void extend(
      Pass pass,
      Tensor x,
      Sequences asking,
      KeyValueCache cache,
      Tensor keyMask,
      Tensor bias,
      Tensor out) {
    boolean first = cache.length() == 0;
    if (!first && asking.length() != 1) {
      throw new IllegalArgumentException(
          "One token a row follows those in the cache, but there are " + asking.length());
    }
    remember(pass, x, asking, cache);
    Arena.Mark mark = pass.mark();
    Sequences answering = new Sequences(asking.rows(), cache.room(), keyMask);
    // The first tokens stand where their keys do, as the causal order wants it; a later one sees
    // all that the mask shows.
    attend(pass, x, asking, null, cache.keys(), cache.values(), answering, bias, first, out);
    pass.forget(mark);
  }

  private int width() {
    return heads * headSize;
  }

  private Saved attend(
      Pass pass,
      Tensor x,
      Sequences asking,
      Tensor memory,
      Tensor k,
      Tensor v,
      Sequences answering,
      Tensor bias,
      boolean ordered,
      Tensor out) {
    AttentionPlan plan =
        new AttentionPlan(
            asking.rows(),
            heads,
            asking.length(),
            answering.length(),
            headSize,
            ordered,
            pass.training() ? dropoutRate : 0,
            pass.key(site));
    Tensor q = pass.take(asking.tokens(), width());
    query.forward(pass, x, q);
    Tensor mixed = pass.take(asking.tokens(), width());
    Tensor state = pass.take(pass.backend().attentionStateShape(plan));
    pass.backend().attention(plan, q, k, v, bias, answering.mask(), mixed, state);
    output.forward(pass, mixed, out);
    return new Saved(plan, x, memory, answering.mask(), bias, q, k, v, mixed, state);
  }

  /**
   * Adds to the weights' gradients.
   *
   * @param dOut [B * Lq, d]
   * @param dX [B * Lq, d], overwritten; in self-attention with the memory's part as well
   * @param dMemory [B * Lk, d], added to; null in self-attention
   * @param dBias [H, Lq, Lk], added to; or null
   */
  public void backward(
      Pass pass, Saved saved, Tensor dOut, Tensor dX, Tensor dMemory, Tensor dBias) {
    Arena.Mark mark = pass.mark();
    Tensor dMixed = pass.take(saved.mixed().shape());
    output.backward(pass, saved.mixed(), dOut, dMixed, false);
    Tensor dQ = pass.take(saved.q().shape());
    Tensor dK = pass.take(saved.k().shape());
    Tensor dV = pass.take(saved.v().shape());
    pass.backend()
        .attentionBackward(
            saved.plan(),
            saved.q(),
            saved.k(),
            saved.v(),
            saved.bias(),
            saved.keyMask(),
            saved.mixed(),
            saved.state(),
            dMixed,
            dQ,
            dK,
            dV,
            dBias);
    query.backward(pass, saved.x(), dQ, dX, false);
    Tensor dAnswering = dMemory == null ? dX : dMemory;
    key.backward(pass, saved.memory(), dK, dAnswering, true);
    value.backward(pass, saved.memory(), dV, dAnswering, true);
    pass.forget(mark);
  }
}
