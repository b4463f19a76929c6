package dev.switchyard.engine.layer;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;

/**
 * Multi-head attention as in T5: no biases, and no 1/sqrt(d) on the scores. Self-attention asks and
 * answers from the same tokens; cross-attention asks from the decoder's and answers from the
 * encoder's.
 */
public final class Attention {
  private static final String SUMMED = "attention's tokens";

  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear output;
  private final AttentionHeads heads;

  /**
   * Kept for the backward pass.
   *
   * @param x [B * Lq, d], the tokens that ask
   * @param memory [B * Lk, d], the tokens that answer; x itself in self-attention
   */
  public record Saved(Tensor x, Tensor memory, AttentionHeads.Saved heads) {}

  /**
   * An attention with projections {@code prefix.q}, {@code .k}, {@code .v} and {@code .o}.
   *
   * @param width of a token, d
   */
  public Attention(ParameterSource source, String prefix, int width, AttentionHeads heads) {
    this.query = source.linear(prefix + ".q", heads.width(), width);
    this.key = source.linear(prefix + ".k", heads.width(), width);
    this.value = source.linear(prefix + ".v", heads.width(), width);
    this.output = source.linear(prefix + ".o", width, heads.width());
    this.heads = heads;
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
    Tensor q = pass.take(asking.tokens(), heads.width());
    Tensor k = pass.take(answering.tokens(), heads.width());
    Tensor v = pass.take(answering.tokens(), heads.width());
    query.forward(pass, x, q);
    key.forward(pass, memory, k);
    value.forward(pass, memory, v);
    AttentionHeads.Saved attended = heads.forward(pass, q, asking, k, v, answering, bias);
    output.forward(pass, attended.mixed(), out);
    pass.sumOverModel(SUMMED, out);
    pass.forgetUnlessTraining(mark);
    return new Saved(x, memory, attended);
  }

  /** An empty cache for this attention. */
  public KeyValueCache cache(Backend backend, int rows, int room) {
    return heads.cache(backend, rows, room);
  }

  /** Keeps the keys and values of a memory [B * Lk, d], for {@link #recall}. */
  public void remember(Pass pass, Tensor memory, Sequences answering, KeyValueCache cache) {
    Arena.Mark mark = pass.mark();
    Tensor k = pass.take(answering.tokens(), heads.width());
    Tensor v = pass.take(answering.tokens(), heads.width());
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
    Tensor q = pass.take(asking.tokens(), heads.width());
    query.forward(pass, x, q);
    output.forward(pass, heads.recall(pass, q, asking, cache, keyMask).mixed(), out);
    pass.forget(mark);
  }

  /**
   * Causal self-attention of tokens that follow those in the cache, as in {@link
   * AttentionHeads#extend}.
   *
   * @param x [B * n, d], the new tokens
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
    Arena.Mark mark = pass.mark();
    Tensor q = pass.take(asking.tokens(), heads.width());
    Tensor k = pass.take(asking.tokens(), heads.width());
    Tensor v = pass.take(asking.tokens(), heads.width());
    query.forward(pass, x, q);
    key.forward(pass, x, k);
    value.forward(pass, x, v);
    AttentionHeads.Saved attended = heads.extend(pass, q, k, v, asking, cache, keyMask, bias);
    output.forward(pass, attended.mixed(), out);
    pass.forget(mark);
  }

  /**
   * Adds to the weights' gradients.
   *
   * @param dOut [B * Lq, d]
   * @param dX [B * Lq, d], overwritten; in self-attention with the memory's part as well
   * @param dMemory [B * Lk, d], added to, on each device of the model axis with its own heads'
   *     part; null in self-attention
   * @param dBias [H, Lq, Lk], added to; or null
   */
  public void backward(
      Pass pass, Saved saved, Tensor dOut, Tensor dX, Tensor dMemory, Tensor dBias) {
    Arena.Mark mark = pass.mark();
    AttentionHeads.Saved attended = saved.heads();
    Tensor dMixed = pass.take(attended.mixed().shape());
    output.backward(pass, attended.mixed(), dOut, dMixed, false);
    Tensor dQ = pass.take(attended.q().shape());
    Tensor dK = pass.take(attended.k().shape());
    Tensor dV = pass.take(attended.v().shape());
    heads.backward(pass, attended, dMixed, dQ, dK, dV, dBias);
    query.backward(pass, saved.x(), dQ, dX, false);
    Tensor dAnswering = dMemory == null ? dX : dMemory;
    key.backward(pass, saved.memory(), dK, dAnswering, true);
    value.backward(pass, saved.memory(), dV, dAnswering, true);
    pass.sumOverModel(SUMMED, dX);
    pass.forget(mark);
  }
}
