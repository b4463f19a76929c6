package dev.switchyard.engine.observe;

import dev.switchyard.engine.observe.RoutingTrace.Choice;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.RoutingTrace.Prediction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a what-if changed in the routing of the same tokens.
 *
 * @param changes of each token in each layer, [layer][token]
 * @param predictions numbers of the decoder tokens after which another token is the most probable
 * @param crossEntropy nats a token more than before
 */
public record RoutingDifference(
    List<List<Change>> changes, List<Integer> predictions, double crossEntropy) {

  /** What became of a token in a layer. */
  public enum Change {
    /** The same experts, with room as before. */
    SAME,
    /** Other experts keep it than before. */
    REROUTED,
    /** It was kept, and is dropped now. */
    DROPPED,
    /** It was dropped, and is kept now. */
    KEPT
  }

  /**
   * Compares two traces of the same texts by the same model.
   *
   * @throws IllegalArgumentException if their tokens or layers are not the same
   */
  public static RoutingDifference of(RoutingTrace before, RoutingTrace after) {
    if (!comparable(before, after)) {
      throw new IllegalArgumentException("The traces are not of the same texts");
    }
    List<List<Change>> changes = new ArrayList<>();
    for (int l = 0; l < before.layers().size(); l++) {
      LayerRouting own = before.layers().get(l);
      LayerRouting now = after.layers().get(l);
      changes.add(
          IntStream.range(0, own.expert().length).mapToObj(t -> change(own, now, t)).toList());
    }
    return new RoutingDifference(
        List.copyOf(changes),
        predictions(before.predictions(), after.predictions()),
        after.crossEntropy() - before.crossEntropy());
  }

  /** Whether two traces are of the same tokens in the same layers. */
  public static boolean comparable(RoutingTrace before, RoutingTrace after) {
    return before.encoderTokens().equals(after.encoderTokens())
        && before.decoderTokens().equals(after.decoderTokens())
        && names(before).equals(names(after));
  }

  private static List<String> names(RoutingTrace trace) {
    return trace.layers().stream().map(LayerRouting::name).toList();
  }

  private static Change change(LayerRouting before, LayerRouting after, int token) {
    if (before.kept()[token] != after.kept()[token]) {
      return after.kept()[token] ? Change.KEPT : Change.DROPPED;
    }
    return before.kept()[token] && !keptBy(before, token).equals(keptBy(after, token))
        ? Change.REROUTED
        : Change.SAME;
  }

  private static Set<Integer> keptBy(LayerRouting layer, int token) {
    List<Choice> choices = layer.choices().get(token);
    return choices.stream().filter(Choice::kept).map(Choice::expert).collect(Collectors.toSet());
  }

  private static List<Integer> predictions(List<Prediction> before, List<Prediction> after) {
    return IntStream.range(0, Math.min(before.size(), after.size()))
        .filter(p -> before.get(p).best().id() != after.get(p).best().id())
        .boxed()
        .toList();
  }

  /** What became of a token in a layer. */
  public Change at(int layer, int token) {
    return changes.get(layer).get(token);
  }

  /** How many tokens changed so, all layers together. */
  public int count(Change change) {
    return (int) changes.stream().flatMap(List::stream).filter(change::equals).count();
  }

  /** How many tokens changed so in one layer. */
  public int count(int layer, Change change) {
    return (int) changes.get(layer).stream().filter(change::equals).count();
  }

  /** Whether nothing changed that can be seen. */
  public boolean isNothing() {
    return predictions.isEmpty()
        && crossEntropy == 0
        && Arrays.stream(Change.values())
            .filter(change -> change != Change.SAME)
            .allMatch(change -> count(change) == 0);
  }
}
