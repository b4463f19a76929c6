package dev.switchyard.views.chart;

import dev.switchyard.views.theme.Magnifier;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import javafx.scene.Scene;
import javafx.scene.image.ImageView;
import javafx.scene.image.PixelBuffer;
import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;

/**
 * An image with as many pixels as the screen has in its place, painted by Java2D. A canvas would
 * keep what is painted as commands for the thread that renders; without a GPU that takes several
 * times as long.
 */
final class PaintedImage extends ImageView {
  private BufferedImage picture;
  private PixelBuffer<IntBuffer> pixels;
  private double width;
  private double height;
  private double scale = 1;

  PaintedImage() {
    setSmooth(false);
    setPreserveRatio(false);
    setMouseTransparent(true);
  }

  /** Takes a size as laid out; whether it must be painted anew. */
  boolean fit(double newWidth, double newHeight) {
    double now = pixelsPerUnit();
    if (newWidth == width && newHeight == height && now == scale) {
      return false;
    }
    width = newWidth;
    height = newHeight;
    scale = now;
    picture = null;
    setFitWidth(width);
    setFitHeight(height);
    return true;
  }

  private double pixelsPerUnit() {
    Scene scene = getScene();
    double ofScreen =
        scene == null || scene.getWindow() == null ? 1 : scene.getWindow().getOutputScaleX();
    return Magnifier.factorOf(getParent()) * ofScreen;
  }

  /** Paints over nothing, in units of the layout; not while there is no room. */
  void paint(Consumer<Graphics2D> painting) {
    int across = (int) Math.round(width * scale);
    int down = (int) Math.round(height * scale);
    if (across < 1 || down < 1) {
      return;
    }
    if (picture == null) {
      picture = new BufferedImage(across, down, BufferedImage.TYPE_INT_ARGB_PRE);
      pixels =
          new PixelBuffer<>(
              across, down, IntBuffer.wrap(ints()), PixelFormat.getIntArgbPreInstance());
      setImage(new WritableImage(pixels));
    } else {
      Arrays.fill(ints(), 0);
    }
    Graphics2D g = picture.createGraphics();
    try {
      g.scale(scale, scale);
      VectorPicture.smooth(g);
      painting.accept(g);
    } finally {
      g.dispose();
    }
    pixels.updateBuffer(buffer -> null);
  }

  private int[] ints() {
    return ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
  }
}
