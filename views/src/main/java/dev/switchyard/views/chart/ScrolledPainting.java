package dev.switchyard.views.chart;

import dev.switchyard.views.theme.SharpCanvas;
import dev.switchyard.views.theme.Theme;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Orientation;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.control.ScrollBar;
import javafx.scene.layout.Region;

/**
 * A picture painted by hand on a canvas as large as what is seen of it, with scroll bars where it
 * is larger: a thousand tokens cost no more than a screenful.
 */
abstract class ScrolledPainting extends Region {
  private static final double BAR = 10;

  private final ObservableValue<Theme> theme;
  private final SharpCanvas canvas = new SharpCanvas();
  private final ScrollBar across = new ScrollBar();
  private final ScrollBar down = new ScrollBar();
  private Dimension2D size = new Dimension2D(0, 0);
  private Rectangle2D wanted;
  private boolean stale = true;

  ScrolledPainting(ObservableValue<Theme> theme) {
    this.theme = theme;
    across.setOrientation(Orientation.HORIZONTAL);
    down.setOrientation(Orientation.VERTICAL);
    across.getStyleClass().add("thin");
    down.getStyleClass().add("thin");
    getChildren().addAll(canvas, across, down);
    across.valueProperty().subscribe(v -> repaint());
    down.valueProperty().subscribe(v -> repaint());
    theme.subscribe(v -> repaint());
    setOnScroll(
        e -> {
          boolean sideways = Math.abs(e.getDeltaX()) > Math.abs(e.getDeltaY()) || !down.isVisible();
          ScrollBar bar = sideways ? across : down;
          double delta =
              Math.abs(e.getDeltaX()) > Math.abs(e.getDeltaY()) ? e.getDeltaX() : e.getDeltaY();
          if (bar.isVisible()) {
            bar.setValue(Math.clamp(bar.getValue() - delta, 0, bar.getMax()));
            e.consume();
          }
        });
  }

  /** How large all of it is when so much can be seen. */
  abstract Dimension2D contentSize(double width, double height);

  /** Paints what is seen; (0, 0) is the picture's own corner. */
  abstract void paint(GraphicsContext g, Rectangle2D seen);

  final Theme.Colors colors() {
    return theme.getValue().colors();
  }

  /** Measures and paints again before the next frame. */
  final void repaint() {
    stale = true;
    requestLayout();
  }

  /** Scrolls so that a part can be seen. */
  final void reveal(Rectangle2D part) {
    wanted = part;
    repaint();
  }

  /** A point of this node as one of the picture. */
  final Point2D inPicture(double x, double y) {
    return new Point2D(x + scrolled(across), y + scrolled(down));
  }

  /** A point of the picture as one of this node. */
  final Point2D inNode(double x, double y) {
    return new Point2D(x - scrolled(across), y - scrolled(down));
  }

  @Override
  protected void layoutChildren() {
    double width = Math.floor(getWidth());
    double height = Math.floor(getHeight());
    if (!canvas.fit(width, height) && !stale) {
      return;
    }
    stale = false;
    size = contentSize(width, height);
    boolean tall = size.getHeight() > height + 0.5;
    double inside = tall ? width - BAR : width;
    if (tall) {
      size = contentSize(inside, height);
    }
    boolean wide = size.getWidth() > inside + 0.5;
    double seenHeight = wide ? height - BAR : height;
    if (wide && !tall) {
      size = contentSize(inside, seenHeight);
    }
    place(down, tall, size.getHeight(), seenHeight, width - BAR, 0, BAR, seenHeight);
    place(across, wide, size.getWidth(), inside, 0, height - BAR, inside, BAR);
    if (wanted != null) {
      center(across, wanted.getMinX(), wanted.getMaxX(), inside);
      center(down, wanted.getMinY(), wanted.getMaxY(), seenHeight);
      wanted = null;
    }
    GraphicsContext g = canvas.clean();
    g.save();
    g.beginPath();
    g.rect(0, 0, inside, seenHeight);
    g.clip();
    g.translate(-scrolled(across), -scrolled(down));
    paint(
        g,
        new Rectangle2D(
            scrolled(across), scrolled(down), Math.max(0, inside), Math.max(0, seenHeight)));
    g.restore();
    stale = false;
  }

  private static void place(
      ScrollBar bar,
      boolean needed,
      double all,
      double seen,
      double x,
      double y,
      double width,
      double height) {
    bar.setVisible(needed);
    double most = needed ? Math.max(0, all - seen) : 0;
    bar.setMax(most);
    bar.setVisibleAmount(needed ? most * Math.min(1, seen / all) : 0);
    bar.setUnitIncrement(40);
    bar.setBlockIncrement(seen * 0.8);
    if (bar.getValue() > most) {
      bar.setValue(most);
    }
    bar.resizeRelocate(x, y, Math.max(0, width), Math.max(0, height));
  }

  private static void center(ScrollBar bar, double from, double to, double seen) {
    if (from < bar.getValue()) {
      bar.setValue(Math.clamp(from - 8, 0, bar.getMax()));
    } else if (to > bar.getValue() + seen) {
      bar.setValue(Math.clamp(to - seen + 8, 0, bar.getMax()));
    }
  }

  private static double scrolled(ScrollBar bar) {
    return bar.isVisible() ? Math.round(bar.getValue()) : 0;
  }
}
