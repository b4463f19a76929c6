package dev.switchyard.engine.moe;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.AttentionHeads;
import dev.switchyard.engine.layer.KeyValueCache;
import dev.switchyard.engine.layer.Linear;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.RandomUse;
import dev.switchyard.engine.layer.Sequences;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;
import java.util.List;

/**
 * Self-attention with Switch layers (Switch Transformers, appendix A): one in place of the query's
 * projection; one, with experts of its own, in place of the key's and the value's, which are one
 * and the same. A token that an expert drops has a query, or a key and value, of zeros. (In
 * Mesh-TensorFlow one router chooses for both.)
 */
public final class SwitchAttention {
  private final SwitchProjection query;
  private final SwitchProjection keyValue;
  private final Linear output;
  private final AttentionHeads heads;

  /** Kept for the backward pass. */
  public record Saved(
      SwitchProjection.Saved query, SwitchProjection.Saved keyValue, AttentionHeads.Saved heads) {

    /** What its Switch layers keep, query first; empty in a dense twin. */
    public List<SwitchLayer.Saved> switchLayers() {
      return query.layer() == null ? List.of() : List.of(query.layer(), keyValue.layer());
    }
  }

  /**
   * An attention with Switch layers {@code prefix.q} and {@code .kv}, and a projection {@code .o}.
   *
   * @param experts in each Switch layer; 0 for the dense twin's, which has no router
   * @param expert the network that each expert is, from a token to all heads
   * @param expertDropoutRate of its hidden layer
   */
  public SwitchAttention(
      ParameterSource source,
      String prefix,
      int experts,
      ExpertShape expert,
      double expertDropoutRate,
      AttentionHeads heads,
      boolean encoder,
      int block) {
    this.heads = heads;
    this.query =
        projection(
            source,
            prefix + ".q",
            experts,
            expert,
            expertDropoutRate,
            new SwitchPlace(encoder, block, SwitchPlace.Part.QUERY));
    this.keyValue =
        projection(
            source,
            prefix + ".kv",
            experts,
            expert,
            expertDropoutRate,
            new SwitchPlace(encoder, block, SwitchPlace.Part.KEY_VALUE));
    this.output = source.linear(prefix + ".o", expert.in(), heads.width());
  }

  private static SwitchProjection projection(
      ParameterSource source,
      String prefix,
      int experts,
      ExpertShape expert,
      double dropoutRate,
      SwitchPlace place) {
    return experts == 0
        ? SwitchProjection.dense(
            source, prefix, expert, dropoutRate, place.site(RandomUse.EXPERT_HIDDEN))
        : SwitchProjection.routed(
            new SwitchLayer(source, prefix, experts, expert, dropoutRate, place));
  }

  /** An empty cache for generation. */
  public KeyValueCache cache(Backend backend, int rows, int room) {
    return heads.cache(backend, rows, room);
  }

  /**
   * Routes and attends.
   *
   * @param routing null in a dense twin, as are the tallies' rows
   * @param x [B * L, d]
   * @param cache of the tokens before these, as in {@link AttentionHeads#extend}; null outside of
   *     generation
   * @param keyMask of the cache; or null
   * @param bias [H, L, L], or [H, L, room] with a cache; or null
   * @param out [B * L, d]
   */
  public Saved forward(
      Pass pass,
      Routing routing,
      RoutingTally queryTally,
      RoutingTally keyValueTally,
      Tensor x,
      Sequences sequences,
      KeyValueCache cache,
      Tensor keyMask,
      Tensor bias,
      Tensor out) {
    Tensor q = pass.take(x.rows(), heads.width());
    Tensor kv = pass.take(x.rows(), heads.width());
    SwitchProjection.Saved asked = query.forward(pass, routing, queryTally, x, q);
    SwitchProjection.Saved answered = keyValue.forward(pass, routing, keyValueTally, x, kv);
    Arena.Mark mark = pass.mark();
    AttentionHeads.Saved attended =
        cache == null
            ? heads.forward(pass, q, sequences, kv, kv, sequences, bias)
            : heads.extend(pass, q, kv, kv, sequences, cache, keyMask, bias);
    output.forward(pass, attended.mixed(), out);
    pass.forgetUnlessTraining(mark);
    return new Saved(asked, answered, attended);
  }

  /**
   * Adds to the weights' gradients, the routers' losses included.
   *
   * @param dOut [B * L, d]
   * @param dX [B * L, d], overwritten
   * @param dBias [H, L, L], added to; or null
   */
  public void backward(Pass pass, Saved saved, Tensor dOut, Tensor dX, Tensor dBias) {
    Arena.Mark mark = pass.mark();
    AttentionHeads.Saved attended = saved.heads();
    Tensor dMixed = pass.take(attended.mixed().shape());
    output.backward(pass, attended.mixed(), dOut, dMixed, false);
    Tensor dQ = pass.take(attended.q().shape());
    Tensor dK = pass.take(attended.k().shape());
    Tensor dV = pass.take(attended.v().shape());
    heads.backward(pass, attended, dMixed, dQ, dK, dV, dBias);
    pass.backend().add(dV, dK);
    query.backward(pass, saved.query(), dQ, dX);
    Tensor dAnswering = pass.take(dX.shape());
    keyValue.backward(pass, saved.keyValue(), dK, dAnswering);
    pass.backend().add(dAnswering, dX);
    pass.forget(mark);
  }
}
