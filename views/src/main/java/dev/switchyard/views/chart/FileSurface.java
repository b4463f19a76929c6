package dev.switchyard.views.chart;

import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.awt.geom.RoundRectangle2D;
import java.util.Locale;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/** A picture in a file. */
record FileSurface(Graphics2D g) implements Surface {
  @Override
  public void opacity(double share) {
    g.setComposite(AlphaComposite.getInstance(AlphaComposite.SRC_OVER, (float) share));
  }

  @Override
  public void fill(Color color, double x, double y, double width, double height, double arc) {
    g.setPaint(LineChartPane.awt(color));
    g.fill(new RoundRectangle2D.Double(x, y, width, height, arc, arc));
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
    g.setPaint(LineChartPane.awt(color));
    g.setStroke(stroke(line, dashes));
    g.draw(new RoundRectangle2D.Double(x, y, width, height, arc, arc));
  }

  private static BasicStroke stroke(double line, double[] dashes) {
    if (dashes.length == 0) {
      return new BasicStroke((float) line);
    }
    float[] lengths = new float[dashes.length];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = (float) dashes[i];
    }
    return new BasicStroke(
        (float) line, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, lengths, 0);
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
    Path2D path = new Path2D.Double();
    path.moveTo(fromX, fromTop);
    path.curveTo(middle, fromTop, middle, toTop, toX, toTop);
    path.lineTo(toX, toBottom);
    path.curveTo(middle, toBottom, middle, fromBottom, fromX, fromBottom);
    path.closePath();
    g.setPaint(LineChartPane.awt(color));
    g.fill(path);
  }

  @Override
  public void text(
      String text, Font font, Color color, double x, double middle, TextAlignment align) {
    g.setPaint(LineChartPane.awt(color));
    g.setFont(awt(font));
    FontMetrics metrics = g.getFontMetrics();
    double width = metrics.stringWidth(text);
    double left =
        switch (align) {
          case RIGHT -> x - width;
          case CENTER -> x - width / 2;
          default -> x;
        };
    g.drawString(
        text, (float) left, (float) (middle + (metrics.getAscent() - metrics.getDescent()) / 2.0));
  }

  private static java.awt.Font awt(Font font) {
    boolean strong = font.getStyle().toLowerCase(Locale.ROOT).contains("bold");
    return new java.awt.Font(
            font.getFamily(), strong ? java.awt.Font.BOLD : java.awt.Font.PLAIN, 12)
        .deriveFont((float) font.getSize());
  }
}
