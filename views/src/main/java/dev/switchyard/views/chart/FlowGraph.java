package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.Choice;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Who flows where: a column of tokens, then a column of experts for each layer, each with a bin of
 * dropped tokens at its foot. A token weighs 1, divided over the experts that keep it.
 *
 * @param columns the first are the tokens
 * @param ribbons between a column and the next, in their order
 */
record FlowGraph(List<List<Node>> columns, List<Ribbon> ribbons) {
  /** The number of the bin of dropped tokens, behind all experts. */
  static final int BIN = Integer.MAX_VALUE;

  /**
   * A token or an expert.
   *
   * @param number of the token or expert; {@link #BIN}
   * @param weight tokens that flow through it
   */
  record Node(int number, double weight) {}

  /**
   * What flows from a node to one of the next column.
   *
   * @param column of the node that it comes from
   * @param from number of that node
   * @param to number of the other
   * @param weight tokens
   * @param tokens that flow
   */
  record Ribbon(int column, int from, int to, double weight, List<Integer> tokens) {}

  /** Shares of a token by expert number, or all of it in the bin; none where it is not routed. */
  private static Map<Integer, Double> places(LayerRouting layer, int token) {
    List<Integer> experts =
        layer.choices().get(token).stream().filter(Choice::kept).map(Choice::expert).toList();
    Map<Integer, Double> places = new TreeMap<>();
    if (layer.expert()[token] < 0) {
      return places;
    }
    if (experts.isEmpty()) {
      places.put(BIN, 1.0);
    }
    experts.forEach(expert -> places.merge(expert, 1.0 / experts.size(), Double::sum));
    return places;
  }

  /**
   * The flow through some layers of one stack.
   *
   * @param layers numbers of the trace's layers, in order; all of the same stack
   */
  static FlowGraph of(RoutingTrace trace, List<Integer> layers) {
    int tokens = trace.layers().get(layers.getFirst()).expert().length;
    List<List<Node>> columns = new ArrayList<>();
    List<Ribbon> ribbons = new ArrayList<>();
    columns.add(IntStream.range(0, tokens).mapToObj(t -> new Node(t, 1)).toList());
    List<Map<Integer, Double>> before =
        IntStream.range(0, tokens).mapToObj(t -> Map.of(t, 1.0)).toList();
    for (int l : layers) {
      LayerRouting layer = trace.layers().get(l);
      List<Map<Integer, Double>> now =
          IntStream.range(0, tokens).mapToObj(t -> places(layer, t)).toList();
      int column = columns.size() - 1;
      Map<Integer, Double> weights = new TreeMap<>();
      Map<Integer, Map<Integer, Gathered>> flows = new TreeMap<>();
      for (int t = 0; t < tokens; t++) {
        int token = t;
        Map<Integer, Double> from = before.get(t);
        now.get(t)
            .forEach(
                (to, share) -> {
                  weights.merge(to, share, Double::sum);
                  from.forEach(
                      (source, part) ->
                          flows
                              .computeIfAbsent(source, s -> new TreeMap<>())
                              .computeIfAbsent(to, d -> new Gathered())
                              .add(token, share * part));
                });
      }
      flows.forEach(
          (from, targets) ->
              targets.forEach(
                  (to, flow) ->
                      ribbons.add(new Ribbon(column, from, to, flow.weight, flow.tokens()))));
      columns.add(
          weights.entrySet().stream().map(e -> new Node(e.getKey(), e.getValue())).toList());
      before = now;
    }
    return new FlowGraph(List.copyOf(columns), List.copyOf(ribbons));
  }

  /** The tokens of one ribbon, while they are gathered. */
  private static final class Gathered {
    private final Set<Integer> tokens = new LinkedHashSet<>();
    private double weight;

    void add(int token, double share) {
      tokens.add(token);
      weight += share;
    }

    List<Integer> tokens() {
      return List.copyOf(tokens);
    }
  }
}
