package dev.switchyard.views.chart;

import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import javafx.beans.value.ObservableValue;
import javafx.geometry.VPos;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.control.Label;
import javafx.scene.layout.Pane;
import javafx.scene.text.TextAlignment;

/**
 * Experts by experts: each cell the cosine of two, in the colours of {@link LoadColors}: orange at
 * 1, white at 0, blue at -1. Each expert has its own colour at the edges.
 */
public final class SimilarityMatrix extends Pane {
  private static final double LEFT = 34;
  private static final double TOP = 22;
  private static final double STRIP = 6;

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

  private final ObservableValue<Theme> theme;
  private final Canvas canvas = new Canvas();
  private final Label reading = new Label();
  private Content content = Content.EMPTY;

  /** An empty matrix. */
  public SimilarityMatrix(ObservableValue<Theme> theme) {
    this.theme = theme;
    setMinSize(160, 160);
    reading.getStyleClass().add("reading");
    reading.setMouseTransparent(true);
    reading.setVisible(false);
    getChildren().addAll(canvas, reading);
    theme.subscribe(now -> paint());
    setOnMouseMoved(e -> read(e.getX(), e.getY()));
    setOnMouseExited(e -> reading.setVisible(false));
  }

  /** Replaces what is shown. */
  public void show(Content now) {
    content = now;
    reading.setVisible(false);
    paint();
  }

  /** What is shown. */
  public Content content() {
    return content;
  }

  @Override
  protected void layoutChildren() {
    canvas.setWidth(Math.floor(getWidth()));
    canvas.setHeight(Math.floor(getHeight()));
    paint();
  }

  /** The length of the square's side, and where it begins. */
  private double side() {
    return Math.max(
        1, Math.min(canvas.getWidth() - LEFT - STRIP - 4, canvas.getHeight() - TOP - STRIP - 4));
  }

  private double left() {
    return LEFT + STRIP + 2;
  }

  private double top() {
    return TOP + STRIP + 2;
  }

  private void paint() {
    GraphicsContext g = canvas.getGraphicsContext2D();
    g.clearRect(0, 0, canvas.getWidth(), canvas.getHeight());
    int experts = content.experts();
    if (experts == 0) {
      return;
    }
    // Whole pixels: else the ground would shine through between cells.
    int pixels = (int) side();
    for (int y = 0; y < Math.min(experts, pixels); y++) {
      for (int x = 0; x < Math.min(experts, pixels); x++) {
        int steps = Math.min(experts, pixels);
        int row = y * experts / steps;
        int column = x * experts / steps;
        int fromX = x * pixels / steps;
        int fromY = y * pixels / steps;
        g.setFill(LoadColors.ofCosine(content.cosine()[row * experts + column]));
        g.fillRect(
            left() + fromX,
            top() + fromY,
            (x + 1) * pixels / steps - fromX,
            (y + 1) * pixels / steps - fromY);
      }
    }
    paintEdges(g, pixels);
  }

  private void paintEdges(GraphicsContext g, int pixels) {
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
        g.setFill(theme.getValue().colors().muted());
        g.setTextAlign(TextAlignment.RIGHT);
        g.fillText(Integer.toString(expert), LEFT - 6, top() + at + cell / 2);
        g.setTextAlign(TextAlignment.CENTER);
        g.fillText(Integer.toString(expert), left() + at + cell / 2, TOP - 9);
      }
    }
  }

  private void read(double x, double y) {
    double cell = side() / Math.max(1, content.experts());
    int column = (int) Math.floor((x - left()) / cell);
    int row = (int) Math.floor((y - top()) / cell);
    boolean inside =
        row >= 0 && column >= 0 && row < content.experts() && column < content.experts();
    reading.setVisible(inside);
    if (inside) {
      reading.setText(
          "experts %d and %d · cosine %s"
              .formatted(
                  row,
                  column,
                  Figures.decimal(content.cosine()[row * content.experts() + column], 3)));
      reading.autosize();
      reading.relocate(
          Math.clamp(x + 12, 0, Math.max(0, getWidth() - reading.getWidth() - 4)),
          y > getHeight() / 2 ? y - reading.getHeight() - 8 : y + 14);
    }
  }
}
