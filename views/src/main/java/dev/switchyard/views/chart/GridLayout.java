package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the cells of a grid of tokens by layers lie.
 *
 * @param cell width of one
 * @param row height of one
 * @param tops of the layers' rows
 * @param width of all of it
 * @param height of all of it
 */
record GridLayout(double cell, double row, List<Double> tops, double width, double height) {
  /** The layers' names stand before the cells. */
  static final double LEFT = 52;

  /** The tokens stand over the rows of a stack. */
  static final double HEAD = 22;

  static final double LEAST_CELL = 20;
  static final double LEAST_ROW = 24;
  static final double MOST_ROW = 58;
  static final GridLayout EMPTY = new GridLayout(LEAST_CELL, LEAST_ROW, List.of(), 0, 0);
  private static final double MOST_CELL = 84;
  private static final double BETWEEN_STACKS = 6;
  private static final double EDGE = 4;

  /** Fills a width and a height as well as it can; where that is too little it is larger. */
  static GridLayout of(RoutingTrace trace, double width, double height) {
    List<LayerRouting> layers = trace.layers();
    if (layers.isEmpty()) {
      return EMPTY;
    }
    int most = Math.max(1, layers.stream().mapToInt(l -> l.expert().length).max().orElse(1));
    double cell = Math.clamp(Math.floor((width - LEFT - EDGE) / most), LEAST_CELL, MOST_CELL);
    double free = height - heads(layers) - EDGE;
    double row = Math.clamp(Math.floor(free / layers.size()), LEAST_ROW, MOST_ROW);
    List<Double> tops = new ArrayList<>();
    double y = 0;
    for (int i = 0; i < layers.size(); i++) {
      if (isFirst(layers, i)) {
        y += HEAD + (i == 0 ? 0 : BETWEEN_STACKS);
      }
      tops.add(y);
      y += row;
    }
    return new GridLayout(cell, row, List.copyOf(tops), LEFT + most * cell + EDGE, y + EDGE);
  }

  /** What stacks' heads and the room between them take. */
  static double heads(List<LayerRouting> layers) {
    long stacks = layers.stream().map(LayerRouting::encoder).distinct().count();
    return stacks * HEAD + Math.max(0, stacks - 1) * BETWEEN_STACKS;
  }

  /** Whether a layer is the first of its stack. */
  static boolean isFirst(List<LayerRouting> layers, int index) {
    return index == 0 || layers.get(index).encoder() != layers.get(index - 1).encoder();
  }

  /** The left edge of a token's cells. */
  double x(int token) {
    return LEFT + token * cell;
  }
}
