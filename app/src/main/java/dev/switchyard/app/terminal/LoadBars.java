package dev.switchyard.app.terminal;

import dev.switchyard.engine.observe.StepReport.LayerReport;
import java.util.ArrayList;
import java.util.List;

/** The load of each expert as a bar: 1 is the fair share, 0 a dead expert. */
public final class LoadBars {
  private static final int ROWS = 8;
  private static final int WIDTH = Terminal.WIDTH - 2;
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

  /** A bar of this load fills its width; the fair share stands at half of it. */
  private static final double FULL = 2;

  /** A column below this has no room for a number, a bar and a gap. */
  private static final int NARROWEST = 7;

  private final Style style;

  /** Bars in this style. */
  public LoadBars(Style style) {
    this.style = style;
  }

  /** A heading, and a bar for each expert of a layer in columns, the first at the top left. */
  public List<String> lines(LayerReport layer) {
    float[] load = layer.load();
    int shown = Math.min(load.length, ROWS * (WIDTH / NARROWEST));
    String which =
        shown == load.length ? "each expert" : "the first " + shown + " of " + load.length;
    List<String> lines = new ArrayList<>();
    lines.add(style.dim("load of " + which + " in " + layer.name() + " (fair share: 1, at the ┊)"));
    int columns = Math.ceilDiv(shown, ROWS);
    for (int row = 0; row < Math.min(ROWS, shown); row++) {
      StringBuilder line = new StringBuilder();
      for (int expert = row; expert < shown; expert += ROWS) {
        line.append(bar(expert, load[expert], WIDTH / columns));
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private String bar(int expert, float load, int cell) {
    boolean roomy = cell >= 18;
    int length = Math.max(1, cell - (roomy ? 10 : 5));
    String text = fill(load, length);
    String number = Figures.format("%3d ", expert);
    String value = roomy ? Figures.format(" %4.2f", load) : "";
    String mark = load > FULL ? "▸" : " ";
    return number + style.expert(expert, text) + mark + value;
  }

  /** A bar of exactly so many signs, with a mark at the fair share where the bar ends before it. */
  private static String fill(float load, int length) {
    int eighths = (int) Math.round(Math.clamp(load / FULL, 0, 1) * length * 8);
    int fair = length / 2;
    StringBuilder bar = new StringBuilder();
    for (int i = 0; i < length; i++) {
      int here = eighths - i * 8;
      if (here >= 8) {
        bar.append('█');
      } else if (here > 0) {
        bar.append(EIGHTHS.charAt(here));
      } else {
        bar.append(i == fair ? '┊' : ' ');
      }
    }
    return bar.toString();
  }
}
