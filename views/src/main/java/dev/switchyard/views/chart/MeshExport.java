package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.theme.Theme;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** The devices of a step, to be drawn anew into files. */
record MeshExport(
    String title,
    MeshPicture.Content content,
    Theme.Colors colors,
    boolean dark,
    double width,
    double height)
    implements ChartExport {
  private static final double TOP = 40;
  private static final double MARGIN = 10;

  @Override
  public byte[] png() {
    return VectorPicture.png(width + 2 * MARGIN, height + TOP + MARGIN, this::draw);
  }

  @Override
  public byte[] svg() {
    return VectorPicture.svg(width + 2 * MARGIN, height + TOP + MARGIN, this::draw);
  }

  private void draw(Graphics2D g) {
    g.setPaint(LineChartPane.awt(colors.card()));
    g.fill(new Rectangle2D.Double(0, 0, width + 2 * MARGIN, height + TOP + MARGIN));
    g.setFont(LineChartDrawing.font(Font.BOLD, 14));
    g.setPaint(LineChartPane.awt(colors.text()));
    g.drawString(title, 16, 27);
    if (!content.devices().isEmpty()) {
      g.translate(MARGIN, TOP);
      new MeshDrawing(content, colors, dark, width, height).draw(g);
      g.translate(-MARGIN, -TOP);
    }
  }

  /** A line a device and kind of exchange, as {@code metrics.jsonl} has them. */
  @Override
  public CsvFile csv() {
    CsvFile csv =
        new CsvFile(
            List.of(
                "step",
                "rank",
                "data",
                "expert",
                "model",
                "collective",
                "what",
                "ranks",
                "count",
                "bytes",
                "sent_bytes",
                "received_bytes",
                "seconds"));
    for (DeviceReport device : content.devices()) {
      for (DeviceReport.Exchange each : device.exchanges()) {
        csv.add(
            List.of(
                content.step(),
                device.rank(),
                device.data(),
                device.expert(),
                device.model(),
                each.collective(),
                each.what(),
                each.ranks(),
                each.count(),
                each.bytes(),
                each.sentBytes(),
                each.receivedBytes(),
                each.seconds()));
      }
    }
    return csv;
  }
}
