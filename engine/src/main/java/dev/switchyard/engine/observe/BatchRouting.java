package dev.switchyard.engine.observe;

import dev.switchyard.engine.observe.StepRouting.Layer;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where every token of a training step's batch went, in every Switch layer.
 *
 * @param step whose batch it was
 * @param rows of the batch
 * @param encoderTokens what the encoder read, for people: row after row; empty for a decoder alone
 * @param decoderTokens what the decoder read, likewise
 * @param layers the Switch layers, in the order in which tokens pass them, over all rows
 */
public record BatchRouting(
    long step,
    int rows,
    List<String> encoderTokens,
    List<String> decoderTokens,
    List<Layer> layers) {
  /** Copies the lists. */
  public BatchRouting {
    encoderTokens = List.copyOf(encoderTokens);
    decoderTokens = List.copyOf(decoderTokens);
    layers = List.copyOf(layers);
  }

  /**
   * A batch whose rows were computed in parts, by several devices or one after the other.
   *
   * @param parts of the same step, in any order, that have all rows together
   */
  public static BatchRouting of(
      int rows, List<String> encoderTokens, List<String> decoderTokens, List<StepRouting> parts) {
    List<StepRouting> inOrder =
        parts.stream().sorted(Comparator.comparingInt(StepRouting::firstRow)).toList();
    int layers = inOrder.getFirst().layers().size();
    return new BatchRouting(
        inOrder.getFirst().step(),
        rows,
        encoderTokens,
        decoderTokens,
        IntStream.range(0, layers)
            .mapToObj(l -> joined(inOrder.stream().map(part -> part.layers().get(l)).toList()))
            .toList());
  }

  private static Layer joined(List<Layer> parts) {
    Layer first = parts.getFirst();
    if (parts.size() == 1) {
      return first;
    }
    int all = parts.stream().mapToInt(part -> part.expert().length).sum();
    int[] expert = new int[all];
    float[] gate = new float[all];
    int[] position = new int[all];
    int[] slot = new int[all];
    int at = 0;
    for (Layer part : parts) {
      int n = part.expert().length;
      System.arraycopy(part.expert(), 0, expert, at, n);
      System.arraycopy(part.gate(), 0, gate, at, n);
      System.arraycopy(part.position(), 0, position, at, n);
      System.arraycopy(part.slot(), 0, slot, at, n);
      at += n;
    }
    return new Layer(
        first.name(),
        first.experts(),
        // Where no token is dropped each part has as much room as its own fullest expert needs.
        parts.stream().mapToInt(Layer::capacity).max().orElseThrow(),
        first.choices(),
        expert,
        gate,
        position,
        slot);
  }

  /** The tokens that a layer routes, row after row. */
  public List<String> tokens(Layer layer) {
    return layer.isEncoder() ? encoderTokens : decoderTokens;
  }

  /** Tokens of a row in a layer, padding included. */
  public int rowLength(Layer layer) {
    return rows == 0 ? 0 : tokens(layer).size() / rows;
  }

  /** Names of the layers, in order. */
  public List<String> layerNames() {
    return layers.stream().map(Layer::name).toList();
  }
}
