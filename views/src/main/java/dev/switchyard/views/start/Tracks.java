package dev.switchyard.views.start;

import dev.switchyard.views.chart.ExpertColors;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import javafx.scene.shape.StrokeLineCap;

/** The start page's picture: one track that a switchyard parts into eight, a wagon on each. */
final class Tracks extends Region {
  private static final int EXPERTS = 8;

  private final Canvas canvas = new Canvas();

  Tracks() {
    getChildren().add(canvas);
    setMinWidth(160);
    setMouseTransparent(true);
  }

  @Override
  protected void layoutChildren() {
    canvas.setWidth(getWidth());
    canvas.setHeight(getHeight());
    paint(canvas.getGraphicsContext2D(), getWidth(), getHeight());
  }

  private static void paint(GraphicsContext g, double width, double height) {
    g.clearRect(0, 0, width, height);
    double middle = height / 2;
    double gap = Math.min(46, (height - 24) / (EXPERTS - 1));
    double end = width - 26;
    g.setLineCap(StrokeLineCap.ROUND);
    for (int e = 0; e < EXPERTS; e++) {
      Color color = ExpertColors.of(e, EXPERTS);
      double y = middle + (e - (EXPERTS - 1) / 2.0) * gap;
      double leave = width * (0.12 + 0.05 * Math.abs(e - (EXPERTS - 1) / 2.0));
      g.setStroke(color);
      g.setLineWidth(2 + gap / 24);
      g.setGlobalAlpha(0.85);
      g.beginPath();
      g.moveTo(leave * 0.2, middle);
      g.bezierCurveTo(leave + width * 0.2, middle, width * 0.30, y, width * 0.62, y);
      g.lineTo(end, y);
      g.stroke();
      g.setGlobalAlpha(1);
      for (int wagon = 0; wagon < wagons(e); wagon++) {
        g.setFill(color);
        g.fillRoundRect(end - wagon * 24 - 12, y - 6, 20, 12, 5, 5);
      }
    }
  }

  /** Uneven on purpose: experts never get quite the same number of tokens. */
  private static int wagons(int expert) {
    return 1 + (expert * 5 + 2) % 4;
  }
}
