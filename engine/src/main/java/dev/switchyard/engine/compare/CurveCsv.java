package dev.switchyard.engine.compare;

import dev.switchyard.engine.observe.Curve;
import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.engine.store.CsvFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The curves of some models as a table: a line a row, a column a quantity. */
public final class CurveCsv {
  private CurveCsv() {}

  /** The table; a number that a row does not have is an empty field. */
  public static CsvFile of(List<ModelCurves> models) {
    List<Quantity> quantities =
        Arrays.stream(Quantity.values())
            .filter(quantity -> models.stream().anyMatch(m -> m.curves().containsKey(quantity)))
            .toList();
    CsvFile csv =
        new CsvFile(
            Stream.concat(
                    Stream.of("run", "model", "step", "seconds", "tokens", "flops"),
                    quantities.stream().map(Quantity::field))
                .toList());
    for (ModelCurves model : models) {
      add(csv, model, quantities);
    }
    return csv;
  }

  private static void add(CsvFile csv, ModelCurves model, List<Quantity> quantities) {
    Curve every =
        Quantity.ofEveryStep().stream()
            .map(model::of)
            .filter(curve -> curve.rows() > 0)
            .findFirst()
            .orElse(Curve.EMPTY);
    double[] flops = every.along(Measure.FLOPS, model.flopsPerToken());
    for (int row = 0; row < every.rows(); row++) {
      List<Object> line = new ArrayList<>();
      line.add(model.run());
      line.add(model.twin() ? "twin" : "switch");
      line.add(every.steps()[row]);
      line.add(every.seconds()[row]);
      line.add(every.tokens()[row]);
      line.add(flops[row]);
      double after = row == 0 ? 0 : every.steps()[row - 1];
      for (Quantity quantity : quantities) {
        line.add(value(model.of(quantity), after, every.steps()[row]));
      }
      csv.add(line);
    }
  }

  /** The last value that was measured after one step and until another. */
  private static double value(Curve curve, double after, double until) {
    int found = Arrays.binarySearch(curve.steps(), until);
    int row = found >= 0 ? found : -found - 2;
    return row >= 0 && curve.steps()[row] > after ? curve.mean()[row] : Double.NaN;
  }
}
