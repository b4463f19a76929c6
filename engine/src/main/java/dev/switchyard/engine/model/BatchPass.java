package dev.switchyard.engine.model;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.OutputHead;
import dev.switchyard.engine.layer.Pass;
import dev.switchyard.engine.layer.Sequences;
import dev.switchyard.engine.layer.SoftTargets;
import dev.switchyard.engine.moe.Dispatch;
import dev.switchyard.engine.moe.LoadBalancing;
import dev.switchyard.engine.moe.SwitchLayer;
import dev.switchyard.engine.moe.SwitchPlace;
import dev.switchyard.engine.observe.RoutingTrace.Choice;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * A batch on its way through a model: what forward kept, for the backward pass and for the figures.
 *
 * @param encoder null for a decoder alone
 */
record BatchPass(
    Layers layers,
    Stack.Saved encoder,
    Stack.Saved decoder,
    OutputHead.Saved head,
    OutputHead.Scored scored) {

  /**
   * The whole model, forward.
   *
   * @param soft what there is to learn from a teacher; null: nothing
   */
  static BatchPass forward(
      Pass pass, Layers layers, StackRouting routing, Batch batch, SoftTargets soft) {
    Stack.Saved encoder = null;
    if (layers.encoder() != null) {
      encoder =
          encode(
              pass,
              layers,
              routing,
              sequences(pass, batch.rows(), batch.inputLength(), batch.inputMask()),
              batch.inputs(),
              batch.inputMask());
    }
    Sequences targets = sequences(pass, batch.rows(), batch.targetLength(), batch.targetMask());
    // Padding stands at the end of a row, where causal attention does not see it.
    Sequences unmasked = new Sequences(targets.rows(), targets.length(), null);
    Tensor ids = pass.ints(batch.decoderInputs(), targets.tokens());
    Stack.Saved decoder =
        layers
            .decoder()
            .forward(
                pass, ids, unmasked, encoder, routing.of(pass, false, targets, batch.targetMask()));
    OutputHead.Saved head = layers.head().forward(pass, decoder.out());
    Tensor labels = pass.ints(batch.labels(), targets.tokens());
    long count = pass.division().inAll(batch.countedLabels(), pass.division().labels());
    OutputHead.Scored scored = layers.head().score(pass, head, labels, count, soft);
    return new BatchPass(layers, encoder, decoder, head, scored);
  }

  /**
   * The encoder alone, forward.
   *
   * @param ids of the tokens that lie as {@code inputs} says
   * @param mask of the sequences, on the host
   */
  static Stack.Saved encode(
      Pass pass, Layers layers, StackRouting routing, Sequences inputs, int[] ids, int[] mask) {
    return layers
        .encoder()
        .forward(
            pass,
            pass.ints(ids, inputs.tokens()),
            inputs,
            null,
            routing.of(pass, true, inputs, mask));
  }

  private static Sequences sequences(Pass pass, int rows, int length, int[] mask) {
    boolean padded = Arrays.stream(mask).anyMatch(m -> m == 0);
    return new Sequences(rows, length, padded ? pass.ints(mask, rows, length) : null);
  }

  /** The whole model, backward: adds to all gradients. The logits are lost. */
  void backward(Pass pass) {
    Tensor dDecoder = pass.take(decoder.out().shape());
    layers.head().backward(pass, head, scored, dDecoder);
    pass.division().gradients().complete("lm_head.");
    Tensor dEncoder = null;
    if (encoder != null) {
      dEncoder = pass.take(encoder.out().shape());
      pass.backend().zero(dEncoder);
    }
    layers.decoder().backward(pass, decoder, dDecoder, dEncoder);
    if (encoder != null) {
      pass.sumOverModel("the encoder's gradient", dEncoder);
      layers.encoder().backward(pass, encoder, dEncoder, null);
    }
  }

  /** Nats a label, 0 without labels; waits for the pass. */
  double crossEntropy(Backend backend) {
    return scored.count() == 0 ? 0 : backend.sum(scored.loss()) / scored.count();
  }

  /** Where the tokens went, Switch layer by Switch layer; waits for the pass. */
  List<LayerRouting> routings(Backend backend) {
    List<LayerRouting> routings = new ArrayList<>();
    Stream.of(encoder, decoder)
        .filter(stack -> stack != null)
        .flatMap(stack -> stack.blocks().stream())
        .flatMap(block -> block.switchLayers().stream())
        .forEach(
            saved -> routings.add(routing(backend, layers.places().get(routings.size()), saved)));
    return List.copyOf(routings);
  }

  /** Where the tokens went in one Switch layer; waits for the pass. */
  static LayerRouting routing(Backend backend, SwitchPlace place, SwitchLayer.Saved saved) {
    RoutingPlan plan = saved.dispatch().plan();
    float[] flat = backend.floats(saved.router().probabilities());
    float[][] probabilities = new float[plan.tokens()][];
    for (int t = 0; t < probabilities.length; t++) {
      probabilities[t] = Arrays.copyOfRange(flat, t * plan.experts(), (t + 1) * plan.experts());
    }
    int[] asked = new int[plan.experts()];
    int[] askedInGroups = backend.ints(saved.tally().asked());
    for (int i = 0; i < askedInGroups.length; i++) {
      asked[i % plan.experts()] += askedInGroups[i];
    }
    return LayerRouting.of(
        place.name(),
        place.encoder(),
        place.block(),
        plan.experts(),
        plan.capacity(),
        choices(backend, place, saved),
        probabilities,
        asked,
        LoadBalancing.loss(
            backend.ints(saved.tally().counted()),
            backend.doubles(saved.tally().probabilitySums()),
            plan.experts(),
            saved.routing().selection().countedChoices(plan.experts())));
  }

  /** What each token asked for, in the order of its asking; nothing for one that is not routed. */
  private static List<List<Choice>> choices(
      Backend backend, SwitchPlace place, SwitchLayer.Saved saved) {
    Dispatch dispatch = saved.dispatch();
    int[] expert = backend.ints(dispatch.expert());
    float[] gate = backend.floats(dispatch.gate());
    int[] position = backend.ints(dispatch.position());
    int[] slot = backend.ints(dispatch.slot());
    BitSet off = saved.routing().intervention().off(place.name());
    int k = dispatch.plan().choices();
    List<List<Choice>> tokens = new ArrayList<>(dispatch.plan().tokens());
    for (int t = 0; t < dispatch.plan().tokens(); t++) {
      List<Choice> choices = new ArrayList<>(1);
      for (int c = t * k; c < (t + 1) * k; c++) {
        if (position[c] >= 0 && !off.get(expert[c])) {
          choices.add(new Choice(expert[c], gate[c], position[c], slot[c] >= 0));
        }
      }
      boolean routed = expert[t * k] >= 0;
      if (choices.isEmpty() && routed) {
        // Nobody that is there took it.
        choices.add(new Choice(expert[t * k], gate[t * k], -1, false));
      }
      tokens.add(List.copyOf(choices));
    }
    return tokens;
  }

  /** What is expected at each target place; waits for the pass. */
  ForwardTrace.Expected expected(Backend backend) {
    float[] logits = backend.floats(head.logits());
    float[] logSumExp = backend.floats(scored.logSumExp());
    float[] loss = backend.floats(scored.loss());
    int places = loss.length;
    int vocabulary = logits.length / Math.max(1, places);
    int[] best = new int[places];
    float[] probability = new float[places];
    for (int p = 0; p < places; p++) {
      int row = p * vocabulary;
      int highest = 0;
      for (int v = 1; v < vocabulary; v++) {
        if (logits[row + v] > logits[row + highest]) {
          highest = v;
        }
      }
      best[p] = highest;
      probability[p] = (float) Math.exp(logits[row + highest] - logSumExp[p]);
    }
    return new ForwardTrace.Expected(best, probability, loss);
  }
}
