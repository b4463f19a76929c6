package dev.switchyard.views.chart;

import javafx.scene.paint.Color;

/**
 * The colour of an expert's load: white is the fair share, blue starved (deep blue: dead), orange
 * crowded. Doubling is as far from white as halving.
 */
public final class LoadColors {
  private static final Color DEAD = Color.web("#0b4f9e");
  private static final Color FAIR = Color.web("#f7f7f5");
  private static final Color CROWDED = Color.web("#d9600a");
  private static final int[] TABLE = new int[512];

  /** Loads from this on have the strongest orange. */
  public static final double MOST = 3;

  /** Rows of this height stand apart; between lower ones a line would be as strong as the row. */
  static final double ROW_WITH_GAP = 10;

  private static final int[] COSINES = new int[513];

  static {
    for (int i = 0; i < TABLE.length; i++) {
      TABLE[i] = argb(of(MOST * i / (TABLE.length - 1)));
    }
    for (int i = 0; i < COSINES.length; i++) {
      double cosine = 2.0 * i / (COSINES.length - 1) - 1;
      COSINES[i] = argb(of(cosine >= 0 ? Math.pow(MOST, cosine) : 1 + cosine));
    }
  }

  private LoadColors() {}

  private static int argb(Color c) {
    return 0xff000000
        | ((int) Math.round(c.getRed() * 255) << 16)
        | ((int) Math.round(c.getGreen() * 255) << 8)
        | (int) Math.round(c.getBlue() * 255);
  }

  /** The colour of a load. */
  public static Color of(double load) {
    if (load <= 1) {
      return FAIR.interpolate(DEAD, Math.pow(1 - Math.max(0, load), 1.15));
    }
    return FAIR.interpolate(CROWDED, Math.min(1, Math.log(load) / Math.log(MOST)));
  }

  /** The colour of a load as a pixel, alpha first. */
  public static int pixel(double load) {
    int index = (int) Math.round(load / MOST * (TABLE.length - 1));
    return TABLE[Math.clamp(index, 0, TABLE.length - 1)];
  }

  /** The colour of a cosine as a pixel: white at 0, orange at 1, blue at -1. */
  static int pixelOfCosine(float cosine) {
    int index = Math.round((cosine + 1) / 2 * (COSINES.length - 1));
    return COSINES[Math.clamp(index, 0, COSINES.length - 1)];
  }
}
