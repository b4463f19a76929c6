package dev.switchyard.views.chart;

import java.util.List;
import javafx.scene.paint.Color;

/**
 * One colour for each run on a chart, after Okabe and Ito's eight that colour-blind people tell
 * apart, each light or dark enough for the look it stands on. Names stand beside the lines too.
 */
public final class RunColors {
  private static final List<Color> ON_DARK =
      colors(
          "#4c9aff", "#e69f00", "#2fc48d", "#e08fc0", "#ff7f3f", "#f0e442", "#a98bf0", "#b9c4d0");
  private static final List<Color> ON_LIGHT =
      colors(
          "#0b5fd0", "#b86e00", "#00805c", "#b0428a", "#c34600", "#7f7300", "#6a48c8", "#5b6673");

  private RunColors() {}

  private static List<Color> colors(String... names) {
    return List.of(names).stream().map(Color::web).toList();
  }

  /** How many runs have a colour of their own; those after them repeat the colours. */
  public static int distinct() {
    return ON_DARK.size();
  }

  /** The colour of a run by its number on the chart, from 0. */
  public static Color of(int run, boolean dark) {
    List<Color> colors = dark ? ON_DARK : ON_LIGHT;
    return colors.get(Math.floorMod(run, colors.size()));
  }
}
