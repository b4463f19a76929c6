package dev.switchyard.views.chart;

import dev.switchyard.views.theme.Fonts;
import dev.switchyard.views.theme.Magnifier;
import dev.switchyard.views.theme.SharpCanvas;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.geometry.VPos;
import javafx.scene.Scene;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.control.Label;
import javafx.scene.image.ImageView;
import javafx.scene.image.PixelBuffer;
import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;
import javafx.scene.layout.Pane;
import javafx.scene.text.TextAlignment;

/**
 * Experts by steps: each row an expert with its own colour at the left, each column some steps,
 * each cell the load over the fair share in the colours of {@link LoadColors}.
 */
public final class LoadHeatmap extends Pane {
  private static final double LEFT = 44;
  private static final double BOTTOM = 22;
  private static final double STRIP = 6;

  /** Steps below are painted anew when one is so many pixels from its place. */
  private static final double CREEP = 2;

  /**
   * What is shown.
   *
   * @param experts rows
   * @param columns columns that are filled
   * @param load [column * experts + expert]
   * @param firstStep of the first column
   * @param lastStep of the last column
   */
  public record Content(int experts, int columns, float[] load, long firstStep, long lastStep) {
    /** Nothing yet. */
    public static final Content EMPTY = new Content(0, 0, new float[0], 0, 0);
  }

  private final ObservableValue<Theme> theme;
  private final SharpCanvas rows = new SharpCanvas();
  private final SharpCanvas steps = new SharpCanvas();
  private final ImageView image = new ImageView();
  private final Label reading = new Label();
  private PixelBuffer<IntBuffer> pixels;
  private Content content = Content.EMPTY;
  private int[] columnOf = new int[0];
  private List<Tick> ticks = List.of();

  /** A step with its place in pixels. */
  private record Tick(double x, String text) {}

  /** An empty heatmap. */
  public LoadHeatmap(ObservableValue<Theme> theme) {
    this.theme = theme;
    getStyleClass().add("load-heatmap");
    setMinSize(120, 90);
    image.setSmooth(false);
    image.setPreserveRatio(false);
    reading.getStyleClass().add("reading");
    reading.setMouseTransparent(true);
    reading.setVisible(false);
    getChildren().addAll(rows, steps, image, reading);
    theme.subscribe(
        now -> {
          paintRows();
          paintSteps();
        });
    setOnMouseMoved(e -> read(e.getX(), e.getY()));
    setOnMouseExited(e -> reading.setVisible(false));
  }

  /** Replaces what is shown. */
  public void show(Content now) {
    boolean otherRows = now.experts() != content.experts();
    content = now;
    image.setVisible(now.columns() > 0);
    if (now.columns() > 0) {
      paintPixels();
    }
    if (otherRows) {
      paintRows();
    }
    if (haveMoved(ticks())) {
      paintSteps();
    }
  }

  /** What is shown now. */
  public Content content() {
    return content;
  }

  /** The picture and the data of what is shown now. */
  public ChartExport export(String title) {
    return new HeatmapExport(
        title,
        content,
        theme.getValue().colors(),
        Math.max(480, getWidth()),
        Math.max(320, getHeight()));
  }

  /** Cells are scaled here, to whole pixels of the screen: an image that is scaled would blur. */
  private void paintPixels() {
    Scene scene = getScene();
    double scale =
        Magnifier.factorOf(this)
            * (scene == null || scene.getWindow() == null
                ? 1
                : scene.getWindow().getOutputScaleX());
    int width = (int) Math.round(image.getFitWidth() * scale);
    int height = (int) Math.round(image.getFitHeight() * scale);
    if (width < 2 || height < 2) {
      return;
    }
    if (pixels == null || pixels.getHeight() != height || pixels.getWidth() != width) {
      pixels =
          new PixelBuffer<>(
              width,
              height,
              IntBuffer.allocate(width * height),
              PixelFormat.getIntArgbPreInstance());
      image.setImage(new WritableImage(pixels));
    }
    int[] target = pixels.getBuffer().array();
    placeColumns(width);
    int experts = content.experts();
    float[] load = content.load();
    int gap = height / scale / experts >= LoadColors.ROW_WITH_GAP ? (int) Math.ceil(scale) : 0;
    for (int expert = 0; expert < experts; expert++) {
      int top = (int) ((long) expert * height / experts);
      int bottom = (int) ((long) (expert + 1) * height / experts) - gap;
      if (bottom <= top) {
        continue;
      }
      for (int x = 0; x < width; x++) {
        target[top * width + x] = LoadColors.pixel(load[columnOf[x] * experts + expert]);
      }
      for (int y = top + 1; y < bottom; y++) {
        System.arraycopy(target, top * width, target, y * width, width);
      }
      Arrays.fill(target, bottom * width, Math.min(height, bottom + gap) * width, 0);
    }
    pixels.updateBuffer(buffer -> null);
  }

  private void placeColumns(int width) {
    if (columnOf.length != width) {
      columnOf = new int[width];
    }
    for (int x = 0; x < width; x++) {
      columnOf[x] = (int) ((long) x * content.columns() / width);
    }
  }

  @Override
  protected void layoutChildren() {
    double width = Math.floor(getWidth());
    double height = Math.floor(getHeight());
    image.setX(LEFT + STRIP + 2);
    image.setY(2);
    image.setFitWidth(Math.max(1, width - LEFT - STRIP - 4));
    image.setFitHeight(Math.max(1, height - BOTTOM - 2));
    steps.relocate(0, Math.max(0, height - BOTTOM));
    boolean other = rows.fit(LEFT + STRIP, height);
    if (steps.fit(width, BOTTOM) || other) {
      if (content.columns() > 0) {
        paintPixels();
      }
      paintRows();
      paintSteps();
    }
  }

  /** Each expert's number and colour, at the left. */
  private void paintRows() {
    GraphicsContext g = rows.clean();
    if (content.experts() == 0) {
      return;
    }
    g.setFont(Fonts.sans(11));
    g.setTextBaseline(VPos.CENTER);
    double row = image.getFitHeight() / content.experts();
    int every = Math.max(1, (int) Math.ceil(16 / row));
    every = every <= 2 ? every : (every + 3) / 4 * 4;
    g.setTextAlign(TextAlignment.RIGHT);
    for (int expert = 0; expert < content.experts(); expert++) {
      double y = 2 + expert * row;
      g.setFill(ExpertColors.of(expert, content.experts()));
      g.fillRect(LEFT, y, STRIP, row - (row >= LoadColors.ROW_WITH_GAP ? 1 : 0));
      if (expert % every == 0) {
        g.setFill(theme.getValue().colors().muted());
        g.fillText(Integer.toString(expert), LEFT - 8, y + row / 2);
      }
    }
  }

  /** The steps below. */
  private void paintSteps() {
    ticks = ticks();
    GraphicsContext g = steps.clean();
    g.setFont(Fonts.sans(11));
    g.setTextBaseline(VPos.CENTER);
    g.setTextAlign(TextAlignment.CENTER);
    g.setFill(theme.getValue().colors().muted());
    for (Tick each : ticks) {
      g.fillText(each.text(), each.x(), BOTTOM - 9);
    }
  }

  private List<Tick> ticks() {
    List<Tick> all = new ArrayList<>();
    double left = image.getX();
    double right = left + image.getFitWidth();
    long span = content.lastStep() - content.firstStep();
    long tick = tick(span, Math.max(1, image.getFitWidth() / 64));
    for (long step = (content.firstStep() + tick - 1) / tick * tick;
        step <= content.lastStep() && span > 0;
        step += tick) {
      double x = left + image.getFitWidth() * (step - content.firstStep()) / span;
      String text = Figures.whole(step);
      double half = text.length() * 3.6;
      all.add(new Tick(Math.min(Math.max(x, left + half), right - half), text));
    }
    return all;
  }

  /** While a run goes on they creep; letters cost more than all cells. */
  private boolean haveMoved(List<Tick> now) {
    if (now.size() != ticks.size()) {
      return true;
    }
    for (int i = 0; i < now.size(); i++) {
      if (!now.get(i).text().equals(ticks.get(i).text())
          || Math.abs(now.get(i).x() - ticks.get(i).x()) >= CREEP) {
        return true;
      }
    }
    return false;
  }

  /** A round distance of ticks: 1, 2 or 5 times a power of ten. */
  private static long tick(long span, double most) {
    double exact = Math.max(1, span / most);
    double power = Math.pow(10, Math.floor(Math.log10(exact)));
    double lead = exact / power;
    return (long) (power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10));
  }

  private void read(double x, double y) {
    double atX = (x - image.getX()) / image.getFitWidth();
    double atY = (y - image.getY()) / image.getFitHeight();
    boolean inside = atX >= 0 && atX < 1 && atY >= 0 && atY < 1 && content.columns() > 0;
    reading.setVisible(inside);
    if (!inside) {
      return;
    }
    int expert = (int) (atY * content.experts());
    int column = (int) (atX * content.columns());
    float load = content.load()[column * content.experts() + expert];
    long step = content.firstStep() + Math.round(atX * (content.lastStep() - content.firstStep()));
    reading.setText(
        "expert %d · step %s · load %s × fair"
            .formatted(expert, Figures.whole(step), Figures.decimal(load, 2)));
    reading.autosize();
    reading.relocate(
        Math.max(LEFT, Math.min(x + 12, getWidth() - reading.getWidth() - 4)),
        y > getHeight() / 2 ? y - reading.getHeight() - 8 : y + 14);
  }
}
