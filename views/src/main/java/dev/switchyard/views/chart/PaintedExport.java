package dev.switchyard.views.chart;

import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import java.awt.Graphics2D;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javafx.scene.text.TextAlignment;

/**
 * A picture that is painted by hand, to be painted anew into files: all of it, however little of it
 * was seen.
 *
 * @param width of the picture without its margins
 * @param draw draws it; called on any thread
 * @param data its numbers; called on any thread
 */
record PaintedExport(
    String title,
    Theme.Colors colors,
    double width,
    double height,
    Consumer<Graphics2D> draw,
    Supplier<CsvFile> data)
    implements ChartExport {
  private static final double TOP = 44;
  private static final double MARGIN = 16;

  /** What a surface can paint, on the screen and into files alike. */
  static PaintedExport of(
      String title,
      Theme.Colors colors,
      double width,
      double height,
      Consumer<Surface> paint,
      Supplier<CsvFile> data) {
    return new PaintedExport(
        title, colors, width, height, g -> paint.accept(new FileSurface(g)), data);
  }

  @Override
  public byte[] png() {
    return VectorPicture.png(width + 2 * MARGIN, height + TOP + MARGIN, this::drawAll);
  }

  @Override
  public byte[] svg() {
    return VectorPicture.svg(width + 2 * MARGIN, height + TOP + MARGIN, this::drawAll);
  }

  private void drawAll(Graphics2D g) {
    Surface surface = new FileSurface(g);
    surface.fill(colors.card(), 0, 0, width + 2 * MARGIN, height + TOP + MARGIN, 0);
    surface.text(title, Fonts.strong(14), colors.text(), MARGIN, TOP / 2, TextAlignment.LEFT);
    g.translate(MARGIN, TOP);
    draw.accept(g);
    g.translate(-MARGIN, -TOP);
  }

  @Override
  public CsvFile csv() {
    return data.get();
  }
}
