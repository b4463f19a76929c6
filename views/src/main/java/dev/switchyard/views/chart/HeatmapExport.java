package dev.switchyard.views.chart;

import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javafx.scene.paint.Color;

/** What a heatmap of loads showed, to be drawn anew into files. */
record HeatmapExport(
    String title, LoadHeatmap.Content content, Theme.Colors colors, double width, double height)
    implements ChartExport {
  private static final double LEFT = 56;
  private static final double TOP = 44;
  private static final double BOTTOM = 34;
  private static final double RIGHT = 16;
  private static final double STRIP = 6;

  @Override
  public byte[] png() {
    return VectorPicture.png(width, height, this::draw);
  }

  @Override
  public byte[] svg() {
    return VectorPicture.svg(width, height, this::draw);
  }

  private void draw(Graphics2D g) {
    fill(g, colors.card(), 0, 0, width, height);
    g.setFont(LineChartDrawing.font(Font.BOLD, 14));
    g.setPaint(LineChartPane.awt(colors.text()));
    g.drawString(title, 16, 27);
    if (content.columns() == 0) {
      return;
    }
    double cellWidth = (width - LEFT - STRIP - 2 - RIGHT) / content.columns();
    double cellHeight = (height - TOP - BOTTOM) / content.experts();
    double gap = cellHeight >= LoadColors.ROW_WITH_GAP ? 1 : 0;
    g.setFont(LineChartDrawing.font(Font.PLAIN, 11));
    int every = Math.max(1, (int) Math.ceil(16 / cellHeight));
    for (int expert = 0; expert < content.experts(); expert++) {
      double y = TOP + expert * cellHeight;
      Color own = ExpertColors.of(expert, content.experts());
      fill(g, own, LEFT, y, STRIP, cellHeight - gap);
      for (int column = 0; column < content.columns(); column++) {
        g.setPaint(new java.awt.Color(pixel(column, expert)));
        double x = LEFT + STRIP + 2 + column * cellWidth;
        // A hair wider than the cell: else the ground would shine through between two.
        g.fill(new Rectangle2D.Double(x, y, cellWidth + 0.3, cellHeight - gap));
      }
      if (expert % every == 0) {
        write(g, Integer.toString(expert), LEFT - 8, y + cellHeight / 2 + 4, 1);
      }
    }
    double bottom = height - BOTTOM + 18;
    write(g, Figures.whole(content.firstStep()), LEFT + STRIP + 2, bottom, 0);
    write(g, "step " + Figures.whole(content.lastStep()), width - RIGHT, bottom, 1);
  }

  private int pixel(int column, int expert) {
    return LoadColors.pixel(content.load()[column * content.experts() + expert]);
  }

  private static void fill(
      Graphics2D g, Color color, double x, double y, double width, double height) {
    g.setPaint(LineChartPane.awt(color));
    g.fill(new Rectangle2D.Double(x, y, width, height));
  }

  /** Writes a word that ends at x (1), or begins there (0). */
  private void write(Graphics2D g, String text, double x, double y, double share) {
    FontMetrics metrics = g.getFontMetrics();
    g.setPaint(LineChartPane.awt(colors.muted()));
    g.drawString(text, (float) (x - share * metrics.stringWidth(text)), (float) y);
  }

  /** A line a column of the heatmap, with the load of each expert. */
  @Override
  public CsvFile csv() {
    List<String> names =
        Stream.concat(
                Stream.of("step"),
                IntStream.range(0, content.experts()).mapToObj(e -> "expert_" + e))
            .toList();
    CsvFile csv = new CsvFile(names);
    double span = content.lastStep() - content.firstStep();
    for (int column = 0; column < content.columns(); column++) {
      List<Object> line = new ArrayList<>();
      double share = content.columns() == 1 ? 1 : (double) column / (content.columns() - 1);
      line.add((double) Math.round(content.firstStep() + share * span));
      for (int expert = 0; expert < content.experts(); expert++) {
        line.add((double) content.load()[column * content.experts() + expert]);
      }
      csv.add(line);
    }
    return csv;
  }
}
