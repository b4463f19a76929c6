package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.theme.Theme;
import java.util.List;
import java.util.function.IntConsumer;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.scene.canvas.GraphicsContext;

/**
 * The experts of a layer with their queues: filled the tokens that they kept, dashed those past the
 * capacity line, under each its load over the fair share.
 */
public final class ExpertQueues extends ScrolledPainting {
  private static final double LEAST = 16;

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
    if (layer != null) {
      drawing().draw(new CanvasSurface(g), seen);
    }
  }

  private QueueDrawing drawing() {
    return new QueueDrawing(layer, queued, taken, chosen, column, colors());
  }

  /** The picture of all experts of the layer, however few are seen, and their queues' lengths. */
  public ChartExport export(String title) {
    if (layer == null) {
      return PaintedExport.of(
          title, colors(), 0, 0, surface -> {}, () -> new CsvFile(List.of("expert")));
    }
    QueueDrawing drawing = drawing();
    Rectangle2D all = new Rectangle2D(0, 0, column * layer.experts(), getHeight());
    return PaintedExport.of(
        title,
        colors(),
        all.getWidth(),
        all.getHeight(),
        surface -> drawing.draw(surface, all),
        drawing::table);
  }
}
