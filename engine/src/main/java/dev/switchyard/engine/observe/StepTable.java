package dev.switchyard.engine.observe;

import java.util.Arrays;

/**
 * Numbers of many steps in bounded memory: a row a step, and when the rows are full, each two
 * become one and from then on a row stands for twice as many steps. A number that is none (NaN)
 * gives way to one that is.
 */
public final class StepTable {
  /** What a row of several steps keeps of a column. */
  public enum Keep {
    LAST,
    LEAST,
    MOST,
    MEAN
  }

  private final Keep[] keeps;
  private final double[][] columns;
  private final double[] open;
  private int rows;
  private int stepsInRow = 1;
  private int stepsInOpen;

  /**
   * Makes an empty table.
   *
   * @param most rows; even
   * @param keeps a column each
   */
  public StepTable(int most, Keep... keeps) {
    this.keeps = keeps.clone();
    columns = new double[keeps.length][most];
    open = new double[keeps.length];
  }

  /** Adds a step: a value for each column. */
  public void add(double... values) {
    for (int c = 0; c < keeps.length; c++) {
      open[c] = stepsInOpen == 0 ? values[c] : merge(keeps[c], open[c], stepsInOpen, values[c], 1);
    }
    stepsInOpen++;
    if (stepsInOpen == stepsInRow) {
      close();
    }
  }

  private void close() {
    for (int c = 0; c < keeps.length; c++) {
      columns[c][rows] = open[c];
    }
    rows++;
    stepsInOpen = 0;
    if (rows == columns[0].length) {
      halve();
    }
  }

  private void halve() {
    for (int c = 0; c < keeps.length; c++) {
      double[] column = columns[c];
      for (int r = 0; r < rows / 2; r++) {
        column[r] = merge(keeps[c], column[2 * r], 1, column[2 * r + 1], 1);
      }
    }
    rows /= 2;
    stepsInRow *= 2;
  }

  private static double merge(Keep keep, double a, int weightA, double b, int weightB) {
    if (Double.isNaN(a)) {
      return b;
    } else if (Double.isNaN(b)) {
      return a;
    }
    return switch (keep) {
      case LAST -> b;
      case LEAST -> Math.min(a, b);
      case MOST -> Math.max(a, b);
      case MEAN -> (a * weightA + b * weightB) / (weightA + weightB);
    };
  }

  /** How many steps a row stands for; 1: every step has its own. */
  public int stepsInRow() {
    return stepsInRow;
  }

  /** A copy of all rows, the unfinished one included: [column][row]. */
  public double[][] copy() {
    double[][] copy = new double[columns.length][];
    int all = rows + (stepsInOpen > 0 ? 1 : 0);
    for (int c = 0; c < copy.length; c++) {
      copy[c] = Arrays.copyOf(columns[c], all);
      if (stepsInOpen > 0) {
        copy[c][rows] = open[c];
      }
    }
    return copy;
  }
}
