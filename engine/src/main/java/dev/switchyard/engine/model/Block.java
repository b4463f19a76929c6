package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Attention;
import dev.switchyard.engine.layer.AttentionHeads;
import dev.switchyard.engine.layer.FeedForward;
import dev.switchyard.engine.layer.KeyValueCache;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.PositionBias;
import dev.switchyard.engine.layer.RandomUse;
import dev.switchyard.engine.layer.RmsNorm;
import dev.switchyard.engine.layer.Sequences;
import dev.switchyard.engine.moe.ExpertShape;
import dev.switchyard.engine.moe.Routing;
import dev.switchyard.engine.moe.RoutingTally;
import dev.switchyard.engine.moe.SharedExpert;
import dev.switchyard.engine.moe.SwitchLayer;
import dev.switchyard.engine.moe.SwitchPlace;
import dev.switchyard.engine.tensor.Arena;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * One block of a stack: self-attention, cross-attention where there is an encoder to ask, and a
 * feed-forward or Switch layer; self-attention may have Switch layers too. Each sub-layer is x +
 * dropout(layer(norm(x))).
 */
final class Block {
  private final String name;
  private final boolean encoder;
  private final int number;
  private final double dropoutRate;
  private final SelfAttention selfAttention;
  private final PositionBias positionBias;
  private final RmsNorm selfNorm;
  private final Attention crossAttention;
  private final RmsNorm crossNorm;
  private final FeedForward feedForward;
  private final SwitchLayer switchLayer;
  private final SharedExpert sharedExpert;
  private final List<SwitchPlace> places;
  private final RmsNorm feedForwardNorm;

  /**
   * What a block reads besides its tokens.
   *
   * @param own how the tokens lie
   * @param bias [H, L, L] of self-attention
   * @param memory [B * S, d], the encoder's result; null without cross-attention
   * @param memorySequences how the memory lies
   * @param routing of a Switch layer; null where the stack has none
   * @param earlier what the stack's blocks keep of earlier passes; null outside of generation. Then
   *     the bias is [H, n, room], and the memory is read from there
   */
  record Surroundings(
      Sequences own,
      Tensor bias,
      Tensor memory,
      Sequences memorySequences,
      Routing routing,
      DecoderCache.Seen earlier) {}

  /**
   * Kept for the backward pass: what each layer keeps, null where there is none, and the block's
   * result [T, d].
   */
  record Saved(
      RmsNorm.Saved selfNorm,
      SelfAttention.Saved self,
      RmsNorm.Saved crossNorm,
      Attention.Saved cross,
      RmsNorm.Saved feedForwardNorm,
      FeedForward.Saved feedForward,
      SwitchLayer.Saved switchLayer,
      FeedForward.Saved sharedExpert,
      Tensor out) {

    /** What the Switch layers keep, in the order in which tokens pass them. */
    List<SwitchLayer.Saved> switchLayers() {
      List<SwitchLayer.Saved> all = new ArrayList<>(self.switchLayers());
      if (switchLayer != null) {
        all.add(switchLayer);
      }
      return all;
    }
  }

  /** Block {@code number} of the encoder or of the decoder, named as in Hugging Face's models. */
  Block(ParameterSource source, ModelConfig config, boolean encoder, int number) {
    this.name = (encoder ? "encoder.block." : "decoder.block.") + number;
    this.encoder = encoder;
    this.number = number;
    this.dropoutRate = config.dropoutRate();
    this.places = places(config, encoder, number);
    String prefix = name + ".layer.0";
    AttentionHeads own = heads(config, !encoder, RandomUse.SELF_ATTENTION);
    this.selfAttention =
        new SelfAttention(source, prefix + ".SelfAttention", config, own, encoder, number);
    this.positionBias =
        number == 0
            ? new PositionBias(
                source,
                prefix + ".SelfAttention.relative_attention_bias",
                config.relativeAttentionNumBuckets(),
                config.numHeads(),
                config.relativeAttentionMaxDistance(),
                encoder)
            : null;
    this.selfNorm = norm(source, config, prefix);
    boolean crosses = !encoder && config.isEncoderDecoder();
    if (crosses) {
      prefix = name + ".layer.1";
      this.crossAttention =
          new Attention(
              source,
              prefix + ".EncDecAttention",
              config.dModel(),
              heads(config, false, RandomUse.CROSS_ATTENTION));
      this.crossNorm = norm(source, config, prefix);
    } else {
      this.crossAttention = null;
      this.crossNorm = null;
    }
    prefix = name + (crosses ? ".layer.2" : ".layer.1");
    boolean sparse = config.isSparse(encoder, number);
    this.switchLayer = sparse ? switchLayer(source, config, prefix + ".mlp") : null;
    this.sharedExpert =
        sparse && config.sharedExpertDFf() > 0
            ? sharedExpert(source, config, prefix + ".mlp.shared_expert")
            : null;
    this.feedForward = sparse ? null : feedForward(source, config, prefix + ".mlp");
    this.feedForwardNorm = norm(source, config, prefix);
  }

  private static List<SwitchPlace> places(ModelConfig config, boolean encoder, int number) {
    List<SwitchPlace> places = new ArrayList<>();
    if (!config.dense() && config.hasSwitchAttention(number)) {
      places.add(new SwitchPlace(encoder, number, SwitchPlace.Part.QUERY));
      places.add(new SwitchPlace(encoder, number, SwitchPlace.Part.KEY_VALUE));
    }
    if (config.isSparse(encoder, number)) {
      places.add(new SwitchPlace(encoder, number, SwitchPlace.Part.FEED_FORWARD));
    }
    return List.copyOf(places);
  }

  private AttentionHeads heads(ModelConfig config, boolean causal, RandomUse use) {
    return new AttentionHeads(
        config.numHeads(), config.dKv(), causal, dropoutRate, use.site(encoder, number));
  }

  private static RmsNorm norm(ParameterSource source, ModelConfig config, String prefix) {
    return new RmsNorm(
        source.ones(prefix + ".layer_norm", config.dModel()), config.layerNormEpsilon());
  }

  private FeedForward feedForward(ParameterSource source, ModelConfig config, String prefix) {
    return new FeedForward(
        source,
        prefix,
        config.dModel(),
        config.feedForwardWidth(encoder, number),
        config.isGated(),
        dropoutRate,
        RandomUse.HIDDEN.site(encoder, number));
  }

  private SwitchLayer switchLayer(ParameterSource source, ModelConfig config, String prefix) {
    return new SwitchLayer(
        source,
        prefix,
        config.numExperts(),
        ExpertShape.feedForward(config.dModel(), config.dFf(), config.dModel(), config.isGated()),
        config.expertDropoutRate(),
        places.getLast());
  }

  private SharedExpert sharedExpert(ParameterSource source, ModelConfig config, String prefix) {
    return new SharedExpert(
        source,
        prefix,
        config.dModel(),
        config.sharedExpertDFf(),
        config.isGated(),
        config.expertDropoutRate(),
        places.getLast());
  }

  /** An empty cache for self-attention. */
  KeyValueCache selfCache(Backend backend, int rows, int room) {
    return selfAttention.cache(backend, rows, room);
  }

  /** What cross-attention needs of a memory; null without cross-attention. */
  KeyValueCache crossCache(Pass pass, Tensor memory, Sequences sequences) {
    if (crossAttention == null) {
      return null;
    }
    KeyValueCache cache =
        crossAttention.cache(pass.backend(), sequences.rows(), sequences.length());
    crossAttention.remember(pass, memory, sequences, cache);
    return cache;
  }

  /** Such as "encoder.block.1". */
  String name() {
    return name;
  }

  /** Its Switch layers, in the order in which tokens pass them. */
  List<SwitchPlace> places() {
    return places;
  }

  /** The stack's position bias; block 0 alone has it. */
  PositionBias positionBias() {
    return positionBias;
  }

  /**
   * Computes.
   *
   * @param tally of all Switch layers of the model, or null
   * @param row the tally's row of this block's first Switch layer
   * @param x [T, d]
   */
  Saved forward(Pass pass, Surroundings around, RoutingTally tally, int row, Tensor x) {
    Tensor normed = pass.take(x.shape());
    RmsNorm.Saved selfNormSaved = selfNorm.forward(pass, x, normed);
    Tensor y = pass.take(x.shape());
    SelfAttention.Saved self = selfAttention.forward(pass, around, tally, row, normed, y);
    addResidual(pass, x, y, RandomUse.SELF_ATTENTION_OUTPUT, ".self_attention");
    x = y;

    RmsNorm.Saved crossNormSaved = null;
    Attention.Saved cross = null;
    if (crossAttention != null) {
      normed = pass.take(x.shape());
      crossNormSaved = crossNorm.forward(pass, x, normed);
      y = pass.take(x.shape());
      if (around.earlier() == null) {
        cross =
            crossAttention.forward(
                pass, normed, around.own(), around.memory(), around.memorySequences(), null, y);
      } else {
        DecoderCache.Seen seen = around.earlier();
        crossAttention.recall(pass, normed, around.own(), seen.cross(number), seen.memoryMask(), y);
      }
      addResidual(pass, x, y, RandomUse.CROSS_ATTENTION_OUTPUT, ".cross_attention");
      x = y;
    }

    normed = pass.take(x.shape());
    RmsNorm.Saved feedForwardNormSaved = feedForwardNorm.forward(pass, x, normed);
    y = pass.take(x.shape());
    FeedForward.Saved dense = null;
    SwitchLayer.Saved sparse = null;
    FeedForward.Saved shared = null;
    if (switchLayer == null) {
      dense = feedForward.forward(pass, normed, y);
    } else {
      RoutingTally own = tally.row(row + places.size() - 1);
      sparse = switchLayer.forward(pass, around.routing(), own, normed, y);
      shared = sharedExpert == null ? null : sharedExpert.forward(pass, normed, y);
    }
    addResidual(
        pass,
        x,
        y,
        RandomUse.FEED_FORWARD_OUTPUT,
        switchLayer == null ? ".feed_forward" : ".switch_layer");
    return new Saved(
        selfNormSaved, self, crossNormSaved, cross, feedForwardNormSaved, dense, sparse, shared, y);
  }

  /**
   * Adds to the weights' gradients.
   *
   * @param dX [T, d], the gradient of the block's result; becomes that of its input
   * @param dMemory [B * S, d], added to; null without cross-attention
   * @param dBias [H, L, L], added to
   */
  void backward(Pass pass, Saved saved, Tensor dX, Tensor dMemory, Tensor dBias) {
    Arena.Mark mark = pass.mark();
    Tensor dNormed = pass.take(dX.shape());

    Tensor dY = branchGradient(pass, dX, RandomUse.FEED_FORWARD_OUTPUT);
    if (switchLayer == null) {
      feedForward.backward(pass, saved.feedForward(), dY, dNormed);
    } else {
      switchLayer.backward(pass, saved.switchLayer(), dY, dNormed);
      if (sharedExpert != null) {
        sharedExpert.backward(pass, saved.sharedExpert(), dY, dNormed);
      }
    }
    feedForwardNorm.backward(pass, saved.feedForwardNorm(), dNormed, dX);

    if (crossAttention != null) {
      dY = branchGradient(pass, dX, RandomUse.CROSS_ATTENTION_OUTPUT);
      crossAttention.backward(pass, saved.cross(), dY, dNormed, dMemory, null);
      crossNorm.backward(pass, saved.crossNorm(), dNormed, dX);
    }

    dY = branchGradient(pass, dX, RandomUse.SELF_ATTENTION_OUTPUT);
    selfAttention.backward(pass, saved.self(), dY, dNormed, dBias);
    selfNorm.backward(pass, saved.selfNorm(), dNormed, dX);
    pass.forget(mark);
  }

  /** y = x + dropout(y). */
  private void addResidual(Pass pass, Tensor x, Tensor y, RandomUse use, String subLayer) {
    pass.dropout(y, dropoutRate, use.site(encoder, number));
    pass.backend().add(x, y);
    pass.observer().computed(name + subLayer, y);
  }

  /** The gradient before dropout; dX itself, only to be read, where nothing is dropped out. */
  private Tensor branchGradient(Pass pass, Tensor dX, RandomUse use) {
    if (!pass.isDropping(dropoutRate)) {
      return dX;
    }
    Tensor dY = pass.take(dX.shape());
    pass.backend().dropout(dX, dropoutRate, pass.key(use.site(encoder, number), dX), dY);
    return dY;
  }
}
