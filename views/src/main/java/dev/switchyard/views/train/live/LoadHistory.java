package dev.switchyard.views.train.live;

import dev.switchyard.views.chart.LoadHeatmap;
import java.util.Arrays;

/**
 * The load of each expert of one layer over a run, in bounded memory: a column is the mean of some
 * steps, of twice as many whenever the columns are full.
 */
final class LoadHistory {
  private static final int MOST = 512;

  private final int experts;
  private final float[] load;
  private final double[] open;
  private int columns;
  private int stepsInColumn = 1;
  private int stepsInOpen;
  private long first;
  private long last;

  LoadHistory(int experts) {
    this.experts = experts;
    load = new float[(MOST + 1) * experts];
    open = new double[experts];
  }

  void add(long step, float[] loads) {
    if (columns == 0 && stepsInOpen == 0) {
      first = step;
    }
    last = step;
    for (int e = 0; e < experts; e++) {
      open[e] += loads[e];
    }
    stepsInOpen++;
    if (stepsInOpen == stepsInColumn) {
      write();
      columns++;
      stepsInOpen = 0;
      Arrays.fill(open, 0);
      if (columns == MOST) {
        halve();
      }
    }
  }

  private void write() {
    for (int e = 0; e < experts; e++) {
      load[columns * experts + e] = (float) (open[e] / stepsInOpen);
    }
  }

  private void halve() {
    for (int c = 0; c < MOST / 2; c++) {
      for (int e = 0; e < experts; e++) {
        float a = load[2 * c * experts + e];
        float b = load[(2 * c + 1) * experts + e];
        load[c * experts + e] = (a + b) / 2;
      }
    }
    columns = MOST / 2;
    stepsInColumn *= 2;
  }

  /** A copy, the unfinished column included. */
  LoadHeatmap.Content copy() {
    int all = columns;
    if (stepsInOpen > 0) {
      write();
      all++;
    }
    return new LoadHeatmap.Content(experts, all, Arrays.copyOf(load, all * experts), first, last);
  }
}
