package dev.switchyard.views.start;

import dev.switchyard.views.chart.ExpertColors;
import dev.switchyard.views.theme.SharpCanvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import javafx.scene.shape.StrokeLineCap;

/** The start page's picture: one track that a switchyard parts into eight, a wagon on each. */
final class Tracks extends Region {
  private static final int EXPERTS = 8;

  /** The outer tracks leave first; the inner ones lie over them. */
  private static final int[] OUTER_FIRST = {0, 7, 1, 6, 2, 5, 3, 4};

  private static final Color TRUNK = Color.web("#4c9aff");

  private final SharpCanvas canvas = new SharpCanvas();

  Tracks() {
    getChildren().add(canvas);
    setMinWidth(160);
    setMouseTransparent(true);
  }

  @Override
  protected void layoutChildren() {
    if (canvas.fit(getWidth(), getHeight())) {
      paint(canvas.clean(), getWidth(), getHeight());
    }
  }

  private static void paint(GraphicsContext g, double width, double height) {
    double middle = height / 2;
    double gap = Math.min(Math.clamp(width / 12, 30, 72), (height - 24) / (EXPERTS - 1));
    double size = Math.clamp(gap / 30, 0.9, 1.7);
    double end = width - 26 * size;
    g.setLineCap(StrokeLineCap.ROUND);
    g.setLineWidth(3 * size);
    for (int e : OUTER_FIRST) {
      Color color = ExpertColors.of(e, EXPERTS);
      double y = middle + (e - (EXPERTS - 1) / 2.0) * gap;
      double points = width * (0.20 - 0.035 * Math.abs(e - (EXPERTS - 1) / 2.0));
      g.setStroke(color);
      g.beginPath();
      g.moveTo(points, middle);
      g.bezierCurveTo(points + width * 0.22, middle, width * 0.26, y, width * 0.58, y);
      g.lineTo(end, y);
      g.stroke();
      g.setFill(color);
      for (int wagon = 0; wagon < wagons(e); wagon++) {
        double x = end - (wagon * 25 + 12) * size;
        g.fillRoundRect(x, y - 6.5 * size, 21 * size, 13 * size, 5, 5);
      }
    }
    g.setStroke(TRUNK);
    g.strokeLine(4, middle, width * 0.10, middle);
  }

  /** Uneven on purpose: experts never get quite the same number of tokens. */
  private static int wagons(int expert) {
    return 1 + (expert * 5 + 2) % 4;
  }
}
