package dev.switchyard.engine.model;

import dev.switchyard.engine.layer.Embedding;
import dev.switchyard.engine.layer.GradientListener;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.layer.ParameterSource;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.PositionBias;
import dev.switchyard.engine.layer.RandomUse;
import dev.switchyard.engine.layer.RmsNorm;
import dev.switchyard.engine.layer.Sequences;
import dev.switchyard.engine.moe.Routing;
import dev.switchyard.engine.moe.RoutingTally;
import dev.switchyard.engine.moe.SwitchPlace;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The encoder or the decoder: embedding, blocks, and a last normalisation. */
final class Stack {
  private final String name;
  private final double dropoutRate;
  private final int finalSite;
  private final Embedding embedding;
  private final List<Block> blocks = new ArrayList<>();
  private final PositionBias positionBias;
  private final RmsNorm finalNorm;
  private final int heads;

  /**
   * Kept for the backward pass; {@code out} is the result, [T, d], and {@code tally} what its
   * Switch layers counted, or null.
   */
  record Saved(
      Tensor ids,
      PositionBias.Saved positionBias,
      List<Block.Saved> blocks,
      RmsNorm.Saved finalNorm,
      Sequences sequences,
      Routing routing,
      RoutingTally tally,
      Tensor out) {}

  /** A stack over the shared embedding table [V, d]. */
  Stack(ParameterSource source, ModelConfig config, boolean encoder, Parameter table) {
    this.name = encoder ? "encoder" : "decoder";
    this.dropoutRate = config.dropoutRate();
    this.finalSite = RandomUse.FINAL.site(encoder, 0);
    this.embedding = new Embedding(table, dropoutRate, RandomUse.EMBEDDING.site(encoder, 0));
    int count = encoder ? config.numLayers() : config.numDecoderLayers();
    for (int number = 0; number < count; number++) {
      blocks.add(new Block(source, config, encoder, number));
    }
    this.positionBias = blocks.getFirst().positionBias();
    this.finalNorm =
        new RmsNorm(
            source.ones(name + ".final_layer_norm", config.dModel()), config.layerNormEpsilon());
    this.heads = config.numHeads();
  }

  /** All blocks, in order. */
  List<Block> blocks() {
    return Collections.unmodifiableList(blocks);
  }

  /** Its Switch layers, in the order in which tokens pass them. */
  List<SwitchPlace> places() {
    return blocks.stream().flatMap(block -> block.places().stream()).toList();
  }

  /**
   * Computes.
   *
   * @param ids [T] INT32
   * @param own how they lie
   * @param memory the encoder's part of the pass, for cross-attention; or null
   * @param routing of the Switch layers; null where there is none
   */
  Saved forward(Pass pass, Tensor ids, Sequences own, Saved memory, Routing routing) {
    PositionBias.Saved bias = positionBias.forward(pass, own.length());
    Block.Surroundings around =
        new Block.Surroundings(
            own,
            bias.bias(),
            memory == null ? null : memory.out(),
            memory == null ? null : memory.sequences(),
            routing,
            null);
    return forward(pass, ids, around, bias);
  }

  /**
   * Computes the tokens that follow those in a cache, which takes them up; not for training.
   *
   * @param ids [B * n] INT32
   * @param own how they lie
   */
  Saved extend(Pass pass, Tensor ids, Sequences own, DecoderCache cache, Routing routing) {
    int before = cache.length();
    DecoderCache.Seen seen = cache.seenWith(pass, own.length());
    PositionBias.Saved bias = positionBias.forward(pass, before, own.length(), cache.room());
    Block.Surroundings around = new Block.Surroundings(own, bias.bias(), null, null, routing, seen);
    return forward(pass, ids, around, bias);
  }

  private Saved forward(Pass pass, Tensor ids, Block.Surroundings around, PositionBias.Saved bias) {
    Sequences own = around.own();
    Routing routing = around.routing();
    RoutingTally tally = routing == null ? null : RoutingTally.take(pass, places().size(), routing);
    Tensor x = pass.take(own.tokens(), embedding.table().value().length(1));
    embedding.forward(pass, ids, x);
    pass.observer().computed(name + ".embedding", x);
    List<Block.Saved> saved = new ArrayList<>(blocks.size());
    int row = 0;
    for (Block block : blocks) {
      Block.Saved last = block.forward(pass, around, tally, row, x);
      row += block.places().size();
      saved.add(last);
      x = last.out();
    }
    Tensor out = pass.take(x.shape());
    RmsNorm.Saved normed = finalNorm.forward(pass, x, out);
    pass.dropout(out, dropoutRate, finalSite);
    pass.observer().computed(name + ".final_layer_norm", out);
    return new Saved(ids, bias, saved, normed, own, routing, tally, out);
  }

  /**
   * Adds to the weights' gradients.
   *
   * @param dOut [T, d]; changed
   * @param dMemory [B * S, d], added to; or null
   */
  void backward(Pass pass, Saved saved, Tensor dOut, Tensor dMemory) {
    pass.dropout(dOut, dropoutRate, finalSite);
    Tensor dX = pass.take(dOut.shape());
    pass.backend().zero(dX);
    finalNorm.backward(pass, saved.finalNorm(), dOut, dX);
    GradientListener complete = pass.division().gradients();
    complete.complete(name + ".final_layer_norm.");
    int length = saved.sequences().length();
    Tensor dBias = pass.takeExact(heads, length, length);
    pass.backend().zero(dBias);
    for (int number = blocks.size() - 1; number >= 0; number--) {
      blocks.get(number).backward(pass, saved.blocks().get(number), dX, dMemory, dBias);
      if (number > 0) {
        complete.complete(blocks.get(number).name() + ".");
      }
    }
    // Block 0 has the bias of all.
    positionBias.backward(pass, saved.positionBias(), dBias);
    complete.complete(blocks.getFirst().name() + ".");
    embedding.backward(pass, saved.ids(), dX);
    complete.complete(name + ".embed_tokens.");
  }
}
