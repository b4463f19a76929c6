package dev.switchyard.engine.observe;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where each token of a routing group went: of one text, or of several that share the experts'
 * room. Arrays belong to the trace and are not changed.
 *
 * @param encoderTokens what the encoder read; empty for a decoder alone
 * @param decoderTokens what the decoder read
 * @param layers the Switch layers, in the order in which tokens pass them
 * @param crossEntropy nats a target token on this text
 * @param milliseconds that the model took
 * @param rows where each text begins; one of several stands behind the one before
 * @param predictions what the model expects after each decoder token; empty where nobody asked
 */
public record RoutingTrace(
    List<TokenText> encoderTokens,
    List<TokenText> decoderTokens,
    List<LayerRouting> layers,
    double crossEntropy,
    double milliseconds,
    List<Row> rows,
    List<Prediction> predictions) {

  /** One text, without predictions. */
  public RoutingTrace(
      List<TokenText> encoderTokens,
      List<TokenText> decoderTokens,
      List<LayerRouting> layers,
      double crossEntropy,
      double milliseconds) {
    this(
        encoderTokens,
        decoderTokens,
        layers,
        crossEntropy,
        milliseconds,
        List.of(new Row(0, 0)),
        List.of());
  }

  /**
   * A text's place among several.
   *
   * @param encoderStart number of its first token among the encoder's
   * @param decoderStart the same among the decoder's
   */
  public record Row(int encoderStart, int decoderStart) {
    /** Number of its first token in a stack. */
    public int start(boolean encoder) {
      return encoder ? encoderStart : decoderStart;
    }
  }

  /**
   * The token that follows a decoder token.
   *
   * @param target the right one; null where nothing counts
   * @param targetProbability that the model gives it; 0 where there is none
   * @param best the most probable one
   * @param bestProbability its probability
   */
  public record Prediction(
      TokenText target, double targetProbability, TokenText best, double bestProbability) {
    /** Whether the most probable token is the right one. */
    public boolean isRight() {
      return target != null && target.id() == best.id();
    }
  }

  /** Number of the text that a token of a stack belongs to. */
  public int row(boolean encoder, int token) {
    int row = 0;
    while (row + 1 < rows.size() && rows.get(row + 1).start(encoder) <= token) {
      row++;
    }
    return row;
  }

  /** Number of dropped tokens, all layers together. */
  public int dropped() {
    return layers.stream().mapToInt(LayerRouting::dropped).sum();
  }

  /** The tokens that a layer routes. */
  public List<TokenText> tokens(LayerRouting layer) {
    return layer.encoder() ? encoderTokens : decoderTokens;
  }

  /**
   * What a token asked of an expert.
   *
   * @param expert whose number
   * @param gate with which its result would be added
   * @param position place in the expert's queue, from 0; -1 where it came into none: under expert
   *     choice no expert took it, or the one that did is switched off
   * @param kept whether the expert had room at that place
   */
  public record Choice(int expert, float gate, int position, boolean kept) {}

  /**
   * One Switch layer; arrays are indexed by token. Of a token with several choices, {@code expert},
   * {@code gate} and {@code position} show the first that was kept, or else its first.
   *
   * @param name such as "encoder.block.1"
   * @param encoder whether it stands in the encoder
   * @param block number of its block in the stack
   * @param experts number of experts
   * @param capacity expert capacity
   * @param expert the expert that the token asked for (under top-1 the most probable); -1 where it
   *     was not routed
   * @param gate with which that expert's result is added (under top-1 its probability)
   * @param position place in that expert's queue, from 0
   * @param kept whether an expert had room; if not, the token was dropped and passes by the
   *     residual
   * @param probabilities the router's softmax, [token][expert]
   * @param asked choices that asked for each expert, before the capacity
   * @param loadBalancingLoss N x sum(f_i x P_i) on this text
   * @param choices all that each token asked for, in the order of its asking
   */
  public record LayerRouting(
      String name,
      boolean encoder,
      int block,
      int experts,
      int capacity,
      int[] expert,
      float[] gate,
      int[] position,
      boolean[] kept,
      float[][] probabilities,
      int[] asked,
      double loadBalancingLoss,
      List<List<Choice>> choices) {

    /** A layer where each token asked for one expert. */
    public LayerRouting(
        String name,
        boolean encoder,
        int block,
        int experts,
        int capacity,
        int[] expert,
        float[] gate,
        int[] position,
        boolean[] kept,
        float[][] probabilities,
        int[] asked,
        double loadBalancingLoss) {
      this(
          name,
          encoder,
          block,
          experts,
          capacity,
          expert,
          gate,
          position,
          kept,
          probabilities,
          asked,
          loadBalancingLoss,
          IntStream.range(0, expert.length)
              .mapToObj(
                  t ->
                      expert[t] < 0
                          ? List.<Choice>of()
                          : List.of(new Choice(expert[t], gate[t], position[t], kept[t])))
              .toList());
    }

    /** A layer from all that its tokens asked for; none for a token that is not routed. */
    public static LayerRouting of(
        String name,
        boolean encoder,
        int block,
        int experts,
        int capacity,
        List<List<Choice>> choices,
        float[][] probabilities,
        int[] asked,
        double loadBalancingLoss) {
      int tokens = choices.size();
      int[] expert = new int[tokens];
      float[] gate = new float[tokens];
      int[] position = new int[tokens];
      boolean[] kept = new boolean[tokens];
      for (int t = 0; t < tokens; t++) {
        Choice shown =
            choices.get(t).stream()
                .filter(Choice::kept)
                .findFirst()
                .or(choices.get(t).stream()::findFirst)
                .orElse(new Choice(-1, 0, -1, false));
        expert[t] = shown.expert();
        gate[t] = shown.gate();
        position[t] = shown.position();
        kept[t] = shown.kept();
      }
      return new LayerRouting(
          name,
          encoder,
          block,
          experts,
          capacity,
          expert,
          gate,
          position,
          kept,
          probabilities,
          asked,
          loadBalancingLoss,
          List.copyOf(choices));
    }

    /**
     * Some of these tokens, as a routing group of their own. Its load-balancing loss counts what
     * they asked for.
     */
    public LayerRouting of(int[] tokens) {
      List<List<Choice>> own = IntStream.of(tokens).mapToObj(choices::get).toList();
      float[][] given =
          IntStream.of(tokens).mapToObj(t -> probabilities[t]).toArray(float[][]::new);
      LayerRouting part = of(name, encoder, block, experts, capacity, own, given, asked, 0);
      int[] queued = part.queued();
      int all = IntStream.of(queued).sum();
      long routed = own.stream().filter(of -> !of.isEmpty()).count();
      double balance = 0;
      for (int e = 0; e < experts && routed > 0 && all > 0; e++) {
        double mean = 0;
        for (int t = 0; t < given.length; t++) {
          mean += own.get(t).isEmpty() ? 0 : given[t][e] / routed;
        }
        balance += experts * mean * queued[e] / all;
      }
      return of(name, encoder, block, experts, capacity, own, given, queued, balance);
    }

    /** Tokens that the same layer routed one by one, behind each other. */
    public static LayerRouting joined(List<LayerRouting> parts) {
      LayerRouting first = parts.getFirst();
      int[] asked = new int[first.experts];
      for (LayerRouting part : parts) {
        for (int e = 0; e < first.experts; e++) {
          asked[e] += part.asked[e];
        }
      }
      return of(
          first.name,
          first.encoder,
          first.block,
          first.experts,
          first.capacity,
          parts.stream().flatMap(part -> part.choices.stream()).toList(),
          parts.stream().flatMap(part -> Stream.of(part.probabilities)).toArray(float[][]::new),
          asked,
          parts.stream().mapToDouble(LayerRouting::loadBalancingLoss).average().orElse(0));
    }

    /** One token of these, as if it were alone: what the arrays say of it. */
    public LayerRouting of(int token) {
      return new LayerRouting(
          name,
          encoder,
          block,
          experts,
          capacity,
          new int[] {expert[token]},
          new float[] {gate[token]},
          new int[] {position[token]},
          new boolean[] {kept[token]},
          new float[][] {probabilities[token]},
          asked,
          loadBalancingLoss,
          List.of(choices.get(token)));
    }

    /** Number of dropped tokens. */
    public int dropped() {
      return (int) IntStream.range(0, kept.length).filter(t -> expert[t] >= 0 && !kept[t]).count();
    }

    /** What a token asked of an expert, if it did. */
    public Optional<Choice> choice(int token, int ofExpert) {
      return choices.get(token).stream().filter(c -> c.expert() == ofExpert).findFirst();
    }

    /** Choices in each expert's queue, kept or not. */
    public int[] queued() {
      return count(false);
    }

    /** Choices that each expert kept. */
    public int[] taken() {
      return count(true);
    }

    private int[] count(boolean keptOnly) {
      int[] count = new int[experts];
      for (List<Choice> ofToken : choices) {
        for (Choice choice : ofToken) {
          boolean counts = keptOnly ? choice.kept() : choice.position() >= 0;
          count[choice.expert()] += counts ? 1 : 0;
        }
      }
      return count;
    }
  }
}
