package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.paint.Color;
import javafx.scene.text.TextAlignment;

/**
 * The experts of a layer with their queues: filled the tokens that they kept, dashed those past the
 * capacity line, under each its load over the fair share.
 */
public final class ExpertQueues extends ScrolledPainting {
  private static final double LEAST = 16;
  private static final double FOOT = 40;
  private static final double TOP = 20;

  private LayerRouting layer;
  private int[] queued = {};
  private int[] taken = {};
  private int chosen = -1;
  private double column = LEAST;
  private IntConsumer onExpert = e -> {};

  /** No experts yet. */
  public ExpertQueues(ObservableValue<Theme> theme) {
    super(theme);
    getStyleClass().add("expert-queues");
    setMinHeight(112);
    setOnMousePressed(
        e -> {
          Point2D p = inPicture(e.getX(), e.getY());
          int expert = (int) Math.floor(p.getX() / column);
          if (layer != null && expert >= 0 && expert < layer.experts()) {
            onExpert.accept(expert);
          }
        });
  }

  /** Hears which expert was clicked. */
  public void setOnExpert(IntConsumer onExpert) {
    this.onExpert = onExpert;
  }

  /** Shows a layer; the chosen expert, or -1. */
  public void show(LayerRouting layer, int chosen) {
    this.layer = layer;
    this.queued = layer == null ? new int[0] : layer.queued();
    this.taken = layer == null ? new int[0] : layer.taken();
    this.chosen = chosen;
    repaint();
  }

  /** Where an expert is, in this node's pixels. */
  public Point2D centerOf(int expert) {
    return inNode((expert + 0.5) * column, getHeight() / 2);
  }

  @Override
  Dimension2D contentSize(double width, double height) {
    if (layer == null) {
      return new Dimension2D(0, 0);
    }
    column = Math.max(LEAST, width / layer.experts());
    return new Dimension2D(column * layer.experts(), height);
  }

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    if (layer == null) {
      return;
    }
    int most = layer.capacity();
    for (int asked : queued) {
      most = Math.max(most, asked);
    }
    double floor = seen.getHeight() - FOOT;
    double unit = Math.min(48, (floor - TOP) / Math.max(1, most));
    for (int e = 0; e < layer.experts(); e++) {
      double x = e * column;
      if (x + column >= seen.getMinX() && x <= seen.getMaxX()) {
        paintQueue(g, e, x, floor, unit);
        paintFoot(g, e, x, floor);
      }
    }
    paintCapacity(g, seen, floor - layer.capacity() * unit);
  }

  private void paintQueue(GraphicsContext g, int expert, double x, double floor, double unit) {
    Color color = ExpertColors.of(expert, layer.experts());
    double width = Math.min(150, column * 0.78);
    double left = x + (column - width) / 2;
    if (expert == chosen) {
      g.setFill(colors().raised());
      g.fillRoundRect(x + 1, 0, column - 2, floor + FOOT, 10, 10);
    }
    int kept = taken[expert];
    int asked = queued[expert];
    g.setGlobalAlpha(chosen >= 0 && chosen != expert ? colors().faded(0.55) : 1);
    if (unit >= 5) {
      for (int i = 0; i < asked; i++) {
        TokenFace.box(
            new CanvasSurface(g),
            left,
            floor - (i + 1) * unit + 1,
            width,
            unit - 2,
            4,
            color,
            i < kept,
            colors());
      }
    } else if (asked > 0) {
      g.setFill(color);
      g.fillRect(left, floor - kept * unit, width, kept * unit);
      if (asked > kept) {
        TokenFace.box(
            new CanvasSurface(g),
            left,
            floor - asked * unit,
            width,
            Math.max(3, (asked - kept) * unit),
            0,
            color,
            false,
            colors());
      }
    }
    g.setGlobalAlpha(1);
    g.setStroke(colors().border());
    g.setLineWidth(colors().line(1));
    g.strokeLine(left, floor + 0.5, left + width, floor + 0.5);
  }

  private void paintFoot(GraphicsContext g, int expert, double x, double floor) {
    double middle = x + column / 2;
    String load =
        Figures.decimal(
            (double) queued[expert] * layer.experts() / Math.max(1, IntStream.of(queued).sum()), 1);
    g.setTextAlign(TextAlignment.CENTER);
    g.setTextBaseline(VPos.CENTER);
    g.setFont(expert == chosen ? Fonts.strong(12) : Fonts.sans(12));
    g.setFill(colors().text());
    boolean wide = column >= 62;
    boolean every = column >= 22 || expert % 4 == 0;
    if (every) {
      g.fillText(wide ? "expert " + expert : Integer.toString(expert), middle, floor + 13);
    }
    g.setFont(Fonts.sans(11));
    g.setFill(colors().muted());
    if (column >= 34) {
      g.fillText(wide ? load + "× fair" : load + "×", middle, floor + 29);
    }
  }

  private void paintCapacity(GraphicsContext g, Rectangle2D seen, double y) {
    g.setStroke(colors().muted());
    g.setLineWidth(colors().line(1.2));
    g.setLineDashes(6, 4);
    g.strokeLine(seen.getMinX(), y, seen.getMaxX(), y);
    g.setLineDashes();
    String text = "capacity " + layer.capacity();
    g.setFont(Fonts.sans(11));
    double width = TokenFace.width(text, Fonts.sans(11));
    g.setTextAlign(TextAlignment.RIGHT);
    g.setTextBaseline(VPos.BOTTOM);
    g.setFill(colors().card().deriveColor(0, 1, 1, 0.75));
    g.fillRect(seen.getMaxX() - width - 8, y - 17, width + 8, 15);
    g.setFill(colors().muted());
    g.fillText(text, seen.getMaxX() - 4, y - 2);
  }
}
