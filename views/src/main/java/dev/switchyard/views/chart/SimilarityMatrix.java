package dev.switchyard.views.chart;

import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.Optional;
import javafx.beans.value.ObservableValue;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.image.Image;
import javafx.scene.image.WritableImage;
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
      paintEdges(g, colors, pixels);
    }
  }

  private void paintEdges(GraphicsContext g, Theme.Colors colors, int pixels) {
    int experts = content.experts();
    double cell = (double) pixels / experts;
    int every = Math.max(1, (int) Math.ceil(20 / cell));
    g.setFont(Fonts.sans(11));
    g.setTextBaseline(VPos.CENTER);
    for (int expert = 0; expert < experts; expert++) {
      double at = expert * cell;
      double length = Math.max(1, cell - (cell > 6 ? 1 : 0));
      g.setFill(ExpertColors.of(expert, experts));
      g.fillRect(LEFT, top() + at, STRIP, length);
      g.fillRect(left() + at, TOP, length, STRIP);
      if (expert % every == 0) {
        g.setFill(colors.muted());
        g.setTextAlign(TextAlignment.RIGHT);
        g.fillText(Integer.toString(expert), LEFT - 6, top() + at + cell / 2);
        g.setTextAlign(TextAlignment.CENTER);
        g.fillText(Integer.toString(expert), left() + at + cell / 2, TOP - 9);
      }
    }
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
