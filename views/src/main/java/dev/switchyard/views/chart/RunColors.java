package dev.switchyard.views.chart;

import java.util.List;
import javafx.scene.paint.Color;

/**
 * One colour for each run on a chart, chosen so that colour-blind people tell any two apart, each
 * light or dark enough for the look it stands on. Names stand beside the lines too.
 */
public final class RunColors {
  private static final List<Color> ON_DARK =
      colors(
          "#4c9aff", "#e69f00", "#04e5a5", "#ffb8f9", "#ff4d5e", "#f4f03a", "#b2ff82", "#8c8495");
  private static final List<Color> ON_LIGHT =
      colors(
          "#0b5fd0", "#b05e00", "#57086c", "#7a00ff", "#8d6c4c", "#541101", "#474a51", "#101025");

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
