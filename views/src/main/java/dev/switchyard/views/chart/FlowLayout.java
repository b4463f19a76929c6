package dev.switchyard.views.chart;

import dev.switchyard.views.chart.FlowGraph.Node;
import dev.switchyard.views.chart.FlowGraph.Ribbon;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javafx.geometry.Point2D;

/** Where the nodes and ribbons of a flow lie in a picture of a width and a height. */
final class FlowLayout {
  static final double NODE = 14;
  static final double HEAD = 24;
  private static final double LEFT = 118;
  private static final double RIGHT = 96;
  private static final double LEAST_TOKEN = 0.3;
  private static final double FOOT = 8;

  /** Where a node or a ribbon's end is. */
  record Span(double top, double height) {
    boolean contains(double y) {
      return y >= top && y < top + Math.max(height, 1);
    }

    double middle() {
      return top + height / 2;
    }
  }

  /**
   * A ribbon with its ends.
   *
   * @param from its end at the left
   * @param to its end at the right
   */
  record Placed(Ribbon ribbon, Span from, Span to) {}

  /**
   * What lies at a point.
   *
   * @param ribbon number among {@link #ribbons}; -1: none
   * @param column of a node; -1: none
   * @param node its number, -1: none
   */
  record Hit(int ribbon, int column, int node) {
    static final Hit NOTHING = new Hit(-1, -1, -1);
  }

  private final FlowGraph graph;
  private final double width;
  private final double height;
  private final List<Map<Integer, Span>> spans = new ArrayList<>();
  private final List<Placed> ribbons = new ArrayList<>();

  /** Lays it out; where it is too low for its tokens it becomes higher. */
  FlowLayout(FlowGraph graph, double width, double height) {
    this.graph = graph;
    this.width = width;
    int tokens = graph.columns().getFirst().size();
    this.height = Math.max(height, HEAD + tokens * LEAST_TOKEN + 12);
    for (List<Node> column : graph.columns()) {
      spans.add(place(column, spans.isEmpty() ? 0 : gap(column)));
    }
    List<Map<Integer, Double>> outs = new ArrayList<>();
    List<Map<Integer, Double>> ins = new ArrayList<>();
    graph.columns().forEach(c -> outs.add(new HashMap<>()));
    graph.columns().forEach(c -> ins.add(new HashMap<>()));
    for (Ribbon ribbon : graph.ribbons()) {
      int column = ribbon.column();
      ribbons.add(
          new Placed(
              ribbon,
              end(outs.get(column), ribbon.from(), column, ribbon.weight()),
              end(ins.get(column + 1), ribbon.to(), column + 1, ribbon.weight())));
    }
  }

  FlowGraph graph() {
    return graph;
  }

  double width() {
    return width;
  }

  double height() {
    return height;
  }

  List<Placed> ribbons() {
    return ribbons;
  }

  Span span(int column, int number) {
    return spans.get(column).get(number);
  }

  /** The left edge of a column. */
  double x(int column) {
    int last = Math.max(1, graph.columns().size() - 1);
    return LEFT + (width - LEFT - RIGHT - NODE) * column / last;
  }

  /** Between experts of a column; tokens stand close together. */
  double gap(List<Node> column) {
    return Math.min(10, room() * 0.3 / Math.max(1, column.size()));
  }

  private double room() {
    return height - HEAD - FOOT;
  }

  private Map<Integer, Span> place(List<Node> column, double gap) {
    Map<Integer, Span> places = new HashMap<>();
    double all = column.stream().mapToDouble(Node::weight).sum();
    double unit = (room() - gap * Math.max(0, column.size() - 1)) / Math.max(1, all);
    double y = HEAD;
    for (Node node : column) {
      double high = node.weight() * unit;
      places.put(node.number(), new Span(y, high));
      y += high + gap;
    }
    return places;
  }

  private Span end(Map<Integer, Double> used, int number, int column, double weight) {
    Span node = spans.get(column).get(number);
    double whole =
        graph.columns().get(column).stream()
            .filter(n -> n.number() == number)
            .mapToDouble(Node::weight)
            .findFirst()
            .orElse(1);
    double before = used.getOrDefault(number, 0.0);
    used.put(number, before + weight);
    return new Span(node.top() + node.height() * before / whole, node.height() * weight / whole);
  }

  /** The node at a point, or else the thinnest ribbon. */
  Hit at(Point2D at) {
    for (int c = 0; c < spans.size(); c++) {
      double from = c == 0 ? 0 : x(c) - 3;
      double to = c == spans.size() - 1 ? width : x(c) + NODE + 3;
      if (at.getX() >= from && at.getX() <= to) {
        for (Map.Entry<Integer, Span> each : spans.get(c).entrySet()) {
          if (each.getValue().contains(at.getY())) {
            return new Hit(-1, c, each.getKey());
          }
        }
        return Hit.NOTHING;
      }
    }
    Hit found = Hit.NOTHING;
    double thinnest = Double.MAX_VALUE;
    for (int i = 0; i < ribbons.size(); i++) {
      Placed each = ribbons.get(i);
      double high = Math.max(each.from().height(), each.to().height());
      if (high < thinnest && isOver(each, at)) {
        found = new Hit(i, -1, -1);
        thinnest = high;
      }
    }
    return found;
  }

  private boolean isOver(Placed each, Point2D at) {
    double x0 = x(each.ribbon().column()) + NODE;
    double x1 = x(each.ribbon().column() + 1);
    if (at.getX() < x0 || at.getX() > x1) {
      return false;
    }
    double s = parameter((at.getX() - x0) / (x1 - x0));
    double rise = 3 * s * s - 2 * s * s * s;
    double top = each.from().top() + (each.to().top() - each.from().top()) * rise;
    double high = each.from().height() + (each.to().height() - each.from().height()) * rise;
    double slack = Math.max(0, 2 - high / 2);
    return at.getY() >= top - slack && at.getY() <= top + high + slack;
  }

  /** The curve's parameter at a share of its width: its control points stand in the middle. */
  private static double parameter(double share) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < 24; i++) {
      double s = (low + high) / 2;
      double x = 1.5 * s * (1 - s) * (1 - s) + 1.5 * s * s * (1 - s) + s * s * s;
      if (x < share) {
        low = s;
      } else {
        high = s;
      }
    }
    return (low + high) / 2;
  }
}
