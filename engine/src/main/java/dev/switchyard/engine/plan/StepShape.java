package dev.switchyard.engine.plan;

import dev.switchyard.engine.model.ComputeCost;
import dev.switchyard.engine.model.ModelConfig;
import dev.switchyard.engine.moe.ExpertCapacity;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.parallel.Mesh;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes of a training step on one device of a mesh. Each device's rows are as many routing
 * groups as it has micro-batches.
 *
 * @param stacks encoder, where there is one, and decoder
 * @param capacity of an expert for one group of the first stack; 0 without Switch layers
 * @param forwardFlops of the forward pass, all micro-batches, empty expert slots included
 * @param activations numbers kept at one time
 * @param exchangeBuffers numbers in buffers of expert slots at one time
 */
record StepShape(
    List<Stack> stacks,
    long capacity,
    double forwardFlops,
    double activations,
    double exchangeBuffers) {

  /**
   * One stack on one device, one micro-batch.
   *
   * @param tokens of the micro-batch
   * @param memoryTokens of the encoder that cross-attention reads; 0 without
   * @param attentions self- and cross-attentions of all blocks
   * @param switchLayers in feed-forward places and in attention
   * @param slots of all experts for the device's group, E x C
   */
  record Stack(
      String name,
      int blocks,
      int sparseBlocks,
      int switchLayers,
      int attentions,
      int length,
      double tokens,
      double memoryTokens,
      double slots) {}

  static StepShape of(Mesh mesh, ModelConfig model, RoutingConfig routing, WorkloadConfig work) {
    double rows = (double) work.planRows() / mesh.shards() / work.planMicroBatches();
    List<Stack> stacks = new ArrayList<>();
    long capacity = 0;
    for (boolean encoder : new boolean[] {true, false}) {
      SparseLayers layers = SparseLayers.of(model, encoder);
      int blocks = layers.blocks();
      if (blocks == 0) {
        continue;
      }
      boolean crosses = !encoder && model.isEncoderDecoder();
      int length = encoder ? work.planInputLength() : work.planTargetLength();
      double tokens = rows * length;
      int switchLayers = layers.switchLayers();
      long own =
          switchLayers == 0
              ? 0
              : new ExpertCapacity(routing.capacity(), routing.capacityFactor())
                  .whereEven(
                      (long) Math.max(1, rows), (long) Math.max(1, tokens), model.numExperts());
      capacity = capacity == 0 ? own : capacity;
      stacks.add(
          new Stack(
              encoder ? "encoder" : "decoder",
              blocks,
              layers.sparse(),
              switchLayers,
              blocks * (crosses ? 2 : 1),
              length,
              tokens,
              crosses ? rows * work.planInputLength() : 0,
              (double) own * model.numExperts()));
    }
    return new StepShape(
        List.copyOf(stacks),
        capacity,
        flops(mesh, model, work, stacks),
        activations(mesh, model, work, stacks),
        exchangeBuffers(model, work, stacks));
  }

  private static double matrices(ModelConfig model) {
    return model.isGated() ? 3 : 2;
  }

  /** Products with weights, attention's scores and mixtures, and what empty slots cost. */
  private static double flops(
      Mesh mesh, ModelConfig model, WorkloadConfig work, List<Stack> stacks) {
    ComputeCost cost = ComputeCost.of(model);
    double flops = 0;
    for (Stack stack : stacks) {
      boolean encoder = stack.name().equals("encoder");
      double layers = encoder ? cost.inputToken() : cost.targetToken();
      double rest = encoder ? cost.inputRouters() : cost.targetRouters() + cost.logits();
      double scores = 4.0 * model.attentionWidth() * stack.length() * stack.blocks();
      if (stack.memoryTokens() > 0) {
        scores += 4.0 * model.attentionWidth() * work.planInputLength() * stack.blocks();
      }
      double emptySlots =
          stack.sparseBlocks()
              * (stack.slots() - stack.tokens())
              * 2
              * matrices(model)
              * model.dModel()
              * model.dFf();
      flops +=
          stack.tokens() * ((layers + scores) / mesh.model() + rest) + emptySlots / mesh.model();
    }
    return flops * work.planMicroBatches();
  }

  /** What the engine's forward pass keeps; the largest block's share alone where recomputed. */
  private static double activations(
      Mesh mesh, ModelConfig model, WorkloadConfig work, List<Stack> stacks) {
    double kept = 0;
    double largest = 0;
    for (Stack stack : stacks) {
      double of = 0;
      for (int block = 0; block < stack.blocks(); block++) {
        boolean sparse = model.isSparse(stack.name().equals("encoder"), block);
        double all = block(mesh, model, work, stack, sparse);
        largest = Math.max(largest, all);
        of += work.recompute() ? stack.tokens() * model.dModel() : all;
      }
      kept += of + 2 * stack.tokens() * model.dModel();
    }
    Stack decoder = stacks.getLast();
    double head = decoder.tokens() * (model.dModel() + (double) model.vocabSize());
    // The backward pass of a block needs about as much again as it kept.
    return kept + head + largest * (work.recompute() ? 2 : 1);
  }

  private static double block(
      Mesh mesh, ModelConfig model, WorkloadConfig work, Stack stack, boolean sparse) {
    double width = (double) model.attentionWidth() / mesh.model();
    double heads = (double) model.numHeads() / mesh.model();
    double d = model.dModel();
    double tokens = stack.tokens();
    double of = 2 * tokens * d + 4 * tokens * width + heads * tokens * stack.length();
    if (stack.memoryTokens() > 0) {
      of += 2 * tokens * d + 2 * tokens * width + 2 * stack.memoryTokens() * width;
      of += heads * tokens * work.planInputLength();
    }
    double hidden = (model.isGated() ? 3.0 : 1.0) * model.dFf() / mesh.model();
    of += 2 * tokens * d;
    of +=
        sparse ? tokens * (d + 2.0 * model.numExperts()) + stack.slots() * hidden : tokens * hidden;
    return of;
  }

  /** Slots of every Switch layer, in and out; of one alone where activations are recomputed. */
  private static double exchangeBuffers(
      ModelConfig model, WorkloadConfig work, List<Stack> stacks) {
    double sum = 0;
    double largest = 0;
    for (Stack stack : stacks) {
      double of = 2 * stack.slots() * model.dModel();
      largest = stack.switchLayers() > 0 ? Math.max(largest, of) : largest;
      sum += of * stack.switchLayers();
    }
    return work.recompute() ? largest : sum;
  }
}
