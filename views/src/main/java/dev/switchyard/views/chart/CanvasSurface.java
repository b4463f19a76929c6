package dev.switchyard.views.chart;

import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/** A canvas on the screen. */
record CanvasSurface(GraphicsContext g) implements Surface {
  @Override
  public void opacity(double share) {
    g.setGlobalAlpha(share);
  }

  @Override
  public void fill(Color color, double x, double y, double width, double height, double arc) {
    g.setFill(color);
    if (arc > 0) {
      g.fillRoundRect(x, y, width, height, arc, arc);
    } else {
      g.fillRect(x, y, width, height);
    }
  }

  @Override
  public void frame(
      Color color,
      double line,
      double x,
      double y,
      double width,
      double height,
      double arc,
      double... dashes) {
    g.setStroke(color);
    g.setLineWidth(line);
    g.setLineDashes(dashes);
    g.strokeRoundRect(x, y, width, height, arc, arc);
    g.setLineDashes();
  }

  @Override
  public void ribbon(
      Color color,
      double fromX,
      double fromTop,
      double fromBottom,
      double toX,
      double toTop,
      double toBottom) {
    double middle = (fromX + toX) / 2;
    g.setFill(color);
    g.beginPath();
    g.moveTo(fromX, fromTop);
    g.bezierCurveTo(middle, fromTop, middle, toTop, toX, toTop);
    g.lineTo(toX, toBottom);
    g.bezierCurveTo(middle, toBottom, middle, fromBottom, fromX, fromBottom);
    g.closePath();
    g.fill();
  }

  @Override
  public void text(
      String text, Font font, Color color, double x, double middle, TextAlignment align) {
    g.setTextBaseline(VPos.CENTER);
    g.setTextAlign(align);
    g.setFont(font);
    g.setFill(color);
    g.fillText(text, x, middle);
  }
}
