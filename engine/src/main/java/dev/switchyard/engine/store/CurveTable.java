package dev.switchyard.engine.store;

import dev.switchyard.engine.observe.Curve;
import dev.switchyard.engine.observe.QualityCurve;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.engine.observe.StepTable;
import dev.switchyard.engine.observe.StepTable.Keep;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The curves of one model, gathered step by step in bounded memory. */
final class CurveTable {
  /** A chart has no more pixels than half of this. */
  private static final int ROWS = 4096;

  private static final int FIRST = MetricsLine.QUANTITIES;

  private final StepTable table = new StepTable(ROWS, keeps());
  private final QualityCurve quality = new QualityCurve();
  private final double[] row = new double[keeps().length];
  private double last;

  /** Columns: step, seconds, tokens; least, most and mean of each quantity. */
  private static Keep[] keeps() {
    Keep[] keeps = new Keep[FIRST + 3 * Quantity.ofEveryStep().size()];
    Arrays.fill(keeps, 0, FIRST, Keep.LAST);
    for (int c = FIRST; c < keeps.length; c += 3) {
      keeps[c] = Keep.LEAST;
      keeps[c + 1] = Keep.MOST;
      keeps[c + 2] = Keep.MEAN;
    }
    return keeps;
  }

  /**
   * Takes the numbers of a step; those without one, or of a step that was there, are passed over.
   */
  void add(double[] numbers, int place) {
    double step = numbers[place + MetricsLine.STEP];
    if (!(step > last)) {
      return;
    }
    last = step;
    System.arraycopy(numbers, place, row, 0, FIRST);
    int crossEntropy = 0;
    int column = FIRST;
    for (int q = 0; q < Quantity.ofEveryStep().size(); q++, column += 3) {
      Arrays.fill(row, column, column + 3, numbers[place + FIRST + q]);
      if (Quantity.ofEveryStep().get(q) == Quantity.CROSS_ENTROPY) {
        crossEntropy = column;
      }
    }
    table.add(row);
    quality.add((long) step, row[MetricsLine.SECONDS], row[MetricsLine.TOKENS], row[crossEntropy]);
  }

  /** Number of the last step, 0 before the first. */
  long lastStep() {
    return (long) last;
  }

  boolean hasEveryStep() {
    return table.stepsInRow() == 1;
  }

  QualityCurve quality() {
    return quality.copy();
  }

  /** The curves of the quantities of which there is a number. */
  Map<Quantity, Curve> curves() {
    double[][] columns = table.copy();
    Map<Quantity, Curve> curves = new EnumMap<>(Quantity.class);
    List<Quantity> quantities = Quantity.ofEveryStep();
    for (int q = 0; q < quantities.size(); q++) {
      int column = FIRST + 3 * q;
      if (Arrays.stream(columns[column]).anyMatch(value -> !Double.isNaN(value))) {
        curves.put(
            quantities.get(q),
            new Curve(
                columns[MetricsLine.STEP],
                columns[MetricsLine.SECONDS],
                columns[MetricsLine.TOKENS],
                columns[column],
                columns[column + 1],
                columns[column + 2]));
      }
    }
    return curves;
  }
}
