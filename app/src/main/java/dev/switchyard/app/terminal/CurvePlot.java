package dev.switchyard.app.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Curves over steps, drawn with Braille signs: each cell holds 2 x 4 dots. */
final class CurvePlot {
  /** Bits of a Braille sign by column and row of its dots. */
  private static final int[][] DOTS = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};

  private static final int LABEL = 7;

  /**
   * A curve.
   *
   * @param values one for each step, from the first
   * @param paint its colour
   */
  record Curve(List<Double> values, UnaryOperator<String> paint) {}

  private final int columns;
  private final int rows;

  /** A plot of so many cells, labels at the left included. */
  CurvePlot(int columns, int rows) {
    this.columns = columns - LABEL;
    this.rows = rows;
  }

  /** The plot's lines, from the top. Where curves meet the first one is on top. */
  List<String> draw(List<Curve> curves) {
    List<double[]> sampled = curves.stream().map(c -> sample(c.values(), columns * 2)).toList();
    double low = extreme(sampled, true);
    double high = extreme(sampled, false);
    double span = Math.max(high - low, 1e-6);
    int[][] bits = new int[rows][columns];
    int[][] owner = new int[rows][columns];
    for (int c = curves.size() - 1; c >= 0; c--) {
      mark(sampled.get(c), low, span, c, bits, owner);
    }
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      boolean labelled = row == 0 || row == rows - 1 || row == (rows - 1) / 2;
      double value = high - span * row / Math.max(1, rows - 1);
      String label = labelled && Double.isFinite(value) ? Figures.format("%5.2f ", value) : "";
      lines.add(Figures.format("%" + LABEL + "s", label) + paint(bits[row], owner[row], curves));
    }
    return lines;
  }

  private void mark(
      double[] values, double low, double span, int curve, int[][] bits, int[][] owner) {
    int height = rows * 4;
    for (int x = 0; x < values.length; x++) {
      if (Double.isFinite(values[x])) {
        int y = (int) Math.round((1 - (values[x] - low) / span) * (height - 1));
        int row = Math.clamp(y, 0, height - 1) / 4;
        if (owner[row][x / 2] != curve) {
          bits[row][x / 2] = 0;
          owner[row][x / 2] = curve;
        }
        bits[row][x / 2] |= DOTS[x % 2][Math.clamp(y, 0, height - 1) % 4];
      }
    }
  }

  private static String paint(int[] bits, int[] owner, List<Curve> curves) {
    StringBuilder line = new StringBuilder();
    for (int start = 0; start < bits.length; ) {
      int end = start;
      StringBuilder run = new StringBuilder();
      while (end < bits.length && owner[end] == owner[start]) {
        run.append(bits[end] == 0 ? ' ' : (char) (0x2800 + bits[end]));
        end++;
      }
      String text = run.toString();
      line.append(text.isBlank() ? text : curves.get(owner[start]).paint().apply(text));
      start = end;
    }
    return line.toString();
  }

  /** Means over as many stretches as there are dots; a short curve fills the width too. */
  private static double[] sample(List<Double> values, int dots) {
    double[] sampled = new double[dots];
    Arrays.fill(sampled, Double.NaN);
    int size = values.size();
    for (int x = 0; x < dots && size > 0; x++) {
      int from = (int) ((long) x * size / dots);
      int to = Math.max(from + 1, (int) ((long) (x + 1) * size / dots));
      sampled[x] =
          values.subList(from, to).stream().mapToDouble(d -> d).average().orElse(Double.NaN);
    }
    return sampled;
  }

  private static double extreme(List<double[]> curves, boolean lowest) {
    var finite = curves.stream().flatMapToDouble(Arrays::stream).filter(Double::isFinite);
    return (lowest ? finite.min() : finite.max()).orElse(0);
  }
}
