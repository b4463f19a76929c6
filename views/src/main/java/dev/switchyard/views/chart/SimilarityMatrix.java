package dev.switchyard.views.chart;

import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javafx.beans.value.ObservableValue;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.image.Image;
import javafx.scene.image.WritableImage;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/**
 * Experts by experts: each cell the cosine of two, in the colours of {@link LoadColors}: orange at
 * 1, white at 0, blue at -1. Each expert has its own colour at the edges.
 */
public final class SimilarityMatrix extends ReadablePainting {
  private static final double LEFT = 34;
  private static final double TOP = 22;
  private static final double STRIP = 6;
  private static final int MOST_PIXELS = 1024;

  /**
   * What is shown.
   *
   * @param experts rows and columns
   * @param cosine [row * experts + column]
   */
  public record Content(int experts, float[] cosine) {
    /** Nothing. */
    public static final Content EMPTY = new Content(0, new float[0]);
  }

  private Content content = Content.EMPTY;
  private Image cells;

  /** An empty matrix. */
  public SimilarityMatrix(ObservableValue<Theme> theme) {
    super(theme);
    setMinSize(160, 160);
    followTheme();
  }

  /** Replaces what is shown. */
  public void show(Content now) {
    content = now;
    cells = now.experts() == 0 ? null : cells(now);
    repaint();
  }

  /** A pixel a cell; of more experts than a screen has pixels, evenly spread ones. */
  private static Image cells(Content of) {
    int side = Math.min(of.experts(), MOST_PIXELS);
    WritableImage cells = new WritableImage(side, side);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int row = (int) ((long) y * of.experts() / side);
        int column = (int) ((long) x * of.experts() / side);
        float cosine = of.cosine()[row * of.experts() + column];
        cells.getPixelWriter().setArgb(x, y, LoadColors.pixelOfCosine(cosine));
      }
    }
    return cells;
  }

  /** What is shown. */
  public Content content() {
    return content;
  }

  /** The length of the square's side, and where it begins. */
  private double side() {
    return Math.max(1, Math.min(width() - LEFT - STRIP - 4, height() - TOP - STRIP - 4));
  }

  private double left() {
    return LEFT + STRIP + 2;
  }

  private double top() {
    return TOP + STRIP + 2;
  }

  @Override
  void paint(GraphicsContext g, Theme.Colors colors) {
    if (cells != null) {
      int pixels = (int) side();
      g.setImageSmoothing(false);
      g.drawImage(cells, left(), top(), pixels, pixels);
      drawEdges(new CanvasSurface(g), content.experts(), colors, left(), top(), pixels);
    }
  }

  private static void drawEdges(
      Surface surface, int experts, Theme.Colors colors, double left, double top, int pixels) {
    double cell = (double) pixels / experts;
    int every = Math.max(1, (int) Math.ceil(20 / cell));
    Font small = Fonts.sans(11);
    for (int expert = 0; expert < experts; expert++) {
      double at = expert * cell;
      double length = Math.max(1, cell - (cell > 6 ? 1 : 0));
      Color own = ExpertColors.of(expert, experts);
      surface.fill(own, left - STRIP - 2, top + at, STRIP, length, 0);
      surface.fill(own, left + at, top - STRIP - 2, length, STRIP, 0);
      if (expert % every == 0) {
        String name = Integer.toString(expert);
        double middle = at + cell / 2;
        surface.text(name, small, colors.muted(), LEFT - 6, top + middle, TextAlignment.RIGHT);
        surface.text(name, small, colors.muted(), left + middle, TOP - 9, TextAlignment.CENTER);
      }
    }
  }

  /** The picture and the cosines that are shown now. */
  public ChartExport export(String title) {
    Content shown = content;
    Theme.Colors colors = colors();
    double left = left();
    double top = top();
    int pixels = (int) side();
    return PaintedExport.of(
        title,
        colors,
        left + pixels,
        top + pixels,
        surface -> {
          if (shown.experts() > 0) {
            drawCells(surface, shown, left, top, pixels);
            drawEdges(surface, shown.experts(), colors, left, top, pixels);
          }
        },
        () -> table(shown));
  }

  /** A rectangle a cell, of no more experts than there are pixels. */
  private static void drawCells(Surface surface, Content of, double left, double top, int pixels) {
    int side = Math.min(of.experts(), pixels);
    double cell = (double) pixels / side;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int row = (int) ((long) y * of.experts() / side);
        int column = (int) ((long) x * of.experts() / side);
        int pixel = LoadColors.pixelOfCosine(of.cosine()[row * of.experts() + column]);
        Color color = Color.rgb(pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255);
        // A hair larger than the cell: else the ground would shine through between two.
        surface.fill(color, left + x * cell, top + y * cell, cell + 0.3, cell + 0.3, 0);
      }
    }
  }

  /** A line an expert, with its cosine to each. */
  private static CsvFile table(Content of) {
    CsvFile table =
        new CsvFile(
            Stream.concat(
                    Stream.of("expert"),
                    IntStream.range(0, of.experts()).mapToObj(e -> "expert_" + e))
                .toList());
    for (int row = 0; row < of.experts(); row++) {
      List<Object> line = new ArrayList<>();
      line.add(row);
      for (int column = 0; column < of.experts(); column++) {
        line.add((double) of.cosine()[row * of.experts() + column]);
      }
      table.add(line);
    }
    return table;
  }

  @Override
  Optional<String> readingAt(double x, double y) {
    double cell = side() / Math.max(1, content.experts());
    int column = (int) Math.floor((x - left()) / cell);
    int row = (int) Math.floor((y - top()) / cell);
    if (row < 0 || column < 0 || row >= content.experts() || column >= content.experts()) {
      return Optional.empty();
    }
    return Optional.of(
        "experts %d and %d · cosine %s"
            .formatted(
                row,
                column,
                Figures.decimal(content.cosine()[row * content.experts() + column], 3)));
  }
}
