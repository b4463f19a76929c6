package dev.switchyard.views.theme;

import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.transform.Scale;

/**
 * A canvas that is as sharp under a {@link Magnifier} as without: it has so many more pixels, and
 * everything is painted on it in the units in which it is laid out.
 */
public final class SharpCanvas extends Canvas {
  private final Scale shrink = new Scale(1, 1);
  private double factor = 1;

  /** An empty canvas. */
  public SharpCanvas() {
    getTransforms().add(shrink);
  }

  /** Takes a size as laid out; whether it must be painted anew. */
  public boolean fit(double width, double height) {
    double now = Magnifier.factorOf(getParent());
    if (width == width() && height == height() && now == factor) {
      return false;
    }
    factor = now;
    shrink.setX(1 / now);
    shrink.setY(1 / now);
    setWidth(width * now);
    setHeight(height * now);
    return true;
  }

  /** Width as laid out. */
  public double width() {
    return getWidth() / factor;
  }

  /** Height as laid out. */
  public double height() {
    return getHeight() / factor;
  }

  /** Wipes it and hands out what paints in units of the layout. */
  public GraphicsContext clean() {
    GraphicsContext g = getGraphicsContext2D();
    g.setTransform(factor, 0, 0, factor, 0, 0);
    g.clearRect(0, 0, width(), height());
    return g;
  }
}
