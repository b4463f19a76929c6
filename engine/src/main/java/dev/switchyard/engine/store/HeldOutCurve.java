package dev.switchyard.engine.store;

import dev.switchyard.engine.observe.Curve;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.engine.observe.RunEvent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The curve of the evaluations on held-out text, from the events that tell of them. */
final class HeldOutCurve {
  private HeldOutCurve() {}

  /**
   * Adds the curve where there were evaluations.
   *
   * @param curves of the quantities of every step: they say when a step was
   * @param figure of the events that is the model's
   */
  static void add(Map<Quantity, Curve> curves, List<RunEvent> events, String figure) {
    if (curves.isEmpty()) {
      return;
    }
    Curve every = curves.values().iterator().next();
    double first = every.steps()[0];
    double last = every.steps()[every.rows() - 1];
    SortedMap<Double, Double> measured = new TreeMap<>();
    for (RunEvent event : events) {
      Double value = event.figures().get(figure);
      double step = event.step();
      if (event.kind().equals("evaluation") && value != null && step >= first && step <= last) {
        measured.put(step, value);
      }
    }
    if (measured.isEmpty()) {
      return;
    }
    double[] steps = measured.keySet().stream().mapToDouble(step -> step).toArray();
    double[] values = measured.values().stream().mapToDouble(value -> value).toArray();
    double[] seconds = at(steps, every.steps(), every.seconds());
    double[] tokens = at(steps, every.steps(), every.tokens());
    curves.put(Quantity.HELD_OUT, new Curve(steps, seconds, tokens, values, values, values));
  }

  /** A column's values at steps between its rows. */
  private static double[] at(double[] steps, double[] rows, double[] column) {
    double[] values = new double[steps.length];
    for (int i = 0; i < steps.length; i++) {
      int row = Arrays.binarySearch(rows, steps[i]);
      int after = row >= 0 ? row : -row - 1;
      if (row >= 0 || after == 0 || after == rows.length) {
        values[i] = column[Math.min(after, rows.length - 1)];
      } else {
        double share = (steps[i] - rows[after - 1]) / (rows[after] - rows[after - 1]);
        values[i] = column[after - 1] + share * (column[after] - column[after - 1]);
      }
    }
    return values;
  }
}
