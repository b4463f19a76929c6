package dev.switchyard.views.chart;

import java.util.List;
import javafx.scene.paint.Color;

/**
 * One colour for each expert, the same everywhere and in every theme. Eight hues that colour-blind
 * people tell apart (after Okabe and Ito), then the same hues darker, lighter and paler; beyond 32
 * experts a continuous scale. The expert's number is always shown beside its colour.
 */
public final class ExpertColors {
  /** Up to so many experts have a colour of their own, and their number in the cell. */
  public static final int DISTINCT = 32;

  private static final List<Color> HUES =
      List.of(
          Color.web("#0072b2"),
          Color.web("#e69f00"),
          Color.web("#009e73"),
          Color.web("#cc79a7"),
          Color.web("#56b4e9"),
          Color.web("#d55e00"),
          Color.web("#f0e442"),
          Color.web("#9b7fe0"));

  private ExpertColors() {}

  /**
   * The colour of an expert.
   *
   * @param expert its number, from 0
   * @param experts number of experts in the layer
   */
  public static Color of(int expert, int experts) {
    if (experts > DISTINCT) {
      return scale((double) expert / (experts - 1));
    }
    Color hue = HUES.get(expert % HUES.size());
    return switch (expert / HUES.size()) {
      case 0 -> hue;
      case 1 -> hue.interpolate(Color.BLACK, 0.45);
      case 2 -> hue.interpolate(Color.WHITE, 0.55);
      default -> hue.deriveColor(0, 0.45, 0.62, 1);
    };
  }

  /** Black or white, whichever is read on a colour. */
  public static Color textOn(Color background) {
    return luminance(background) > 0.2 ? Color.web("#0b0e14") : Color.WHITE;
  }

  /** A colour over another, for brightness that means something: 1 shows all of it. */
  public static Color over(Color color, Color behind, double share) {
    return behind.interpolate(color, Math.clamp(share, 0, 1));
  }

  /** Relative luminance, from 0 to 1. */
  public static double luminance(Color c) {
    return 0.2126 * linear(c.getRed())
        + 0.7152 * linear(c.getGreen())
        + 0.0722 * linear(c.getBlue());
  }

  private static double linear(double channel) {
    return channel <= 0.04045 ? channel / 12.92 : Math.pow((channel + 0.055) / 1.055, 2.4);
  }

  /** From deep blue by green to yellow, evenly brighter: lightness alone tells neighbours apart. */
  private static Color scale(double at) {
    double brightness = 0.42 + 0.55 * at;
    return Color.hsb(265 - 205 * at, 0.85 - 0.25 * at, brightness);
  }
}
