package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Attention;
import dev.switchyard.engine.layer.AttentionHeads;
import dev.switchyard.engine.layer.KeyValueCache;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.moe.RoutingTally;
import dev.switchyard.engine.moe.SwitchAttention;
import dev.switchyard.engine.moe.SwitchLayer;
import dev.switchyard.engine.tensor.Tensor;
import java.util.List;

/** The self-attention of a block: T5's, or one with Switch layers. */
final class SelfAttention {
  private final int number;
  private final boolean routed;
  private final Attention plain;
  private final SwitchAttention switched;

  /** Kept for the backward pass; one of the two, or none in generation. */
  record Saved(Attention.Saved plain, SwitchAttention.Saved switched) {
    /** What its Switch layers keep, in the order in which tokens pass them. */
    List<SwitchLayer.Saved> switchLayers() {
      return switched == null ? List.of() : switched.switchLayers();
    }
  }

  SelfAttention(
      ParameterSource source,
      String prefix,
      ModelConfig config,
      AttentionHeads heads,
      boolean encoder,
      int number) {
    this.number = number;
    this.routed = !config.dense();
    boolean switches = config.hasSwitchAttention(number);
    this.plain = switches ? null : new Attention(source, prefix, config.dModel(), heads);
    this.switched =
        switches
            ? new SwitchAttention(
                source,
                prefix,
                routed ? config.numExperts() : 0,
                config.attentionExpert(),
                config.expertDropoutRate(),
                heads,
                encoder,
                number)
            : null;
  }

  /** An empty cache for generation. */
  KeyValueCache cache(Backend backend, int rows, int room) {
    return plain == null ? switched.cache(backend, rows, room) : plain.cache(backend, rows, room);
  }

  /**
   * Attends, to the tokens of earlier passes as well where there are such.
   *
   * @param tally of all Switch layers of the model, or null
   * @param row the tally's row of the block's first Switch layer
   * @param x [T, d]
   * @param out [T, d]
   */
  Saved forward(
      Pass pass, Block.Surroundings around, RoutingTally tally, int row, Tensor x, Tensor out) {
    if (plain == null) {
      return new Saved(null, switched(pass, around, tally, row, x, out));
    } else if (around.earlier() == null) {
      return new Saved(
          plain.forward(pass, x, around.own(), x, around.own(), around.bias(), out), null);
    }
    DecoderCache.Seen seen = around.earlier();
    plain.extend(pass, x, around.own(), seen.self(number), seen.mask(), around.bias(), out);
    return new Saved(null, null);
  }

  private SwitchAttention.Saved switched(
      Pass pass, Block.Surroundings around, RoutingTally tally, int row, Tensor x, Tensor out) {
    DecoderCache.Seen seen = around.earlier();
    return switched.forward(
        pass,
        around.routing(),
        routed ? tally.row(row) : null,
        routed ? tally.row(row + 1) : null,
        x,
        around.own(),
        seen == null ? null : seen.self(number),
        seen == null ? null : seen.mask(),
        around.bias(),
        out);
  }

  /** Adds to the weights' gradients and to dBias [H, L, L]; dX [T, d] is overwritten. */
  void backward(Pass pass, Saved saved, Tensor dOut, Tensor dX, Tensor dBias) {
    if (plain == null) {
      switched.backward(pass, saved.switched(), dOut, dX, dBias);
    } else {
      plain.backward(pass, saved.plain(), dOut, dX, null, dBias);
    }
  }
}
