package dev.switchyard.engine.observe;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where the tokens of a run's probes went at one step: the same sentences, routed again and again
 * while the model learns. Each probe is a routing group of its own, routed as in evaluation.
 *
 * @param step after which the model looked at them; 0: before the first
 * @param probes in the order of the setting {@code probes}
 */
public record ProbeReport(long step, List<Probe> probes) {
  /** Copies the list. */
  public ProbeReport {
    probes = List.copyOf(probes);
  }

  /**
   * One sentence.
   *
   * @param text as it was given
   * @param encoderTokens what the encoder read; empty for a decoder alone
   * @param decoderTokens what the decoder read
   * @param layers the Switch layers, in the order in which tokens pass them
   */
  public record Probe(
      String text, List<String> encoderTokens, List<String> decoderTokens, List<Layer> layers) {
    /** Copies the lists. */
    public Probe {
      encoderTokens = List.copyOf(encoderTokens);
      decoderTokens = List.copyOf(decoderTokens);
      layers = List.copyOf(layers);
    }

    /** A probe, as it was routed. */
    public static Probe of(String text, RoutingTrace trace) {
      return new Probe(
          text,
          trace.encoderTokens().stream().map(TokenText::text).toList(),
          trace.decoderTokens().stream().map(TokenText::text).toList(),
          trace.layers().stream()
              .map(l -> new Layer(l.name(), l.encoder(), l.experts(), l.expert(), l.kept()))
              .toList());
    }

    /** The tokens that a layer routes. */
    public List<String> tokens(Layer layer) {
      return layer.encoder() ? encoderTokens : decoderTokens;
    }

    /** A layer by its name. */
    public Optional<Layer> layer(String name) {
      return layers.stream().filter(l -> l.name().equals(name)).findFirst();
    }
  }

  /**
   * One Switch layer; arrays are indexed by token, belong to the report and are not changed.
   *
   * @param name such as "encoder.block.1"
   * @param encoder whether it stands in the encoder
   * @param experts of the layer
   * @param expert that the token went to, or asked for where it was dropped; -1: not routed
   * @param kept whether an expert took the token
   */
  public record Layer(String name, boolean encoder, int experts, int[] expert, boolean[] kept) {

    /** Number of dropped tokens. */
    public int dropped() {
      int dropped = 0;
      for (int t = 0; t < expert.length; t++) {
        dropped += expert[t] >= 0 && !kept[t] ? 1 : 0;
      }
      return dropped;
    }

    /** Whether a token asks for another expert than in an earlier look at the same layer. */
    public boolean isChanged(Layer before, int token) {
      return token < before.expert.length && expert[token] != before.expert[token];
    }

    /**
     * The share of tokens that ask for another expert than before, from 0 to 1; NaN where there are
     * no tokens.
     */
    public double changed(Layer before) {
      int changed = 0;
      for (int t = 0; t < expert.length; t++) {
        changed += isChanged(before, t) ? 1 : 0;
      }
      return expert.length == 0 ? Double.NaN : (double) changed / expert.length;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Layer layer
          && name.equals(layer.name)
          && encoder == layer.encoder
          && experts == layer.experts
          && Arrays.equals(expert, layer.expert)
          && Arrays.equals(kept, layer.kept);
    }

    @Override
    public int hashCode() {
      return 31 * name.hashCode() + Arrays.hashCode(expert);
    }

    @Override
    public String toString() {
      return "%s %s".formatted(name, Arrays.toString(expert));
    }
  }
}
