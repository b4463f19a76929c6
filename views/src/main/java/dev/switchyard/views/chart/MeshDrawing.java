package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.observe.MeshTraffic;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.awt.BasicStroke;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.util.List;
import java.util.Map;
import javafx.scene.paint.Color;

/** Draws the devices of a step and what they exchanged, on the screen or into a file. */
final class MeshDrawing {
  private static final double LEGEND = 20;
  private static final double THINNEST = 1.2;
  private static final double UNCHOSEN = 0.22;

  /** Each kind has a colour and a dash of its own: colour alone would not do for everybody. */
  private static final Map<String, float[]> DASHES =
      Map.of(
          "all-reduce", new float[] {3, 3},
          "reduce-scatter", new float[] {9, 3},
          "all-gather", new float[] {6, 4, 1, 4},
          "broadcast", new float[] {12, 4});

  private static final List<String> KINDS =
      List.of("all-reduce", "all-to-all", "broadcast", "all-gather", "reduce-scatter");

  private final MeshPicture.Content content;
  private final Theme.Colors colors;
  private final boolean dark;
  private final double height;
  private final MeshLayout layout;
  private final double mostBytes;

  MeshDrawing(
      MeshPicture.Content content, Theme.Colors colors, boolean dark, double width, double height) {
    this.content = content;
    this.colors = colors;
    this.dark = dark;
    this.height = height;
    layout = new MeshLayout(content.traffic(), width, height - LEGEND);
    mostBytes = layout.lanes().stream().mapToDouble(this::bytes).max().orElse(1);
  }

  MeshLayout layout() {
    return layout;
  }

  static List<MeshTraffic.Flow> flows(MeshTraffic traffic, MeshPicture.Link link) {
    return traffic.channels().stream()
        .filter(channel -> channel.ranks().equals(link.ranks()))
        .flatMap(channel -> channel.flows().stream())
        .filter(flow -> flow.collective().equals(link.collective()))
        .toList();
  }

  void draw(Graphics2D g) {
    layout.lanes().forEach(lane -> drawLane(g, lane));
    if (layout.isWordy()) {
      layout.lanes().forEach(lane -> drawWords(g, lane));
    }
    content.devices().forEach(device -> drawDevice(g, device));
    drawLegend(g);
  }

  private MeshPicture.Link link(MeshLayout.Lane lane) {
    return new MeshPicture.Link(
        content.traffic().channels().get(lane.channel()).ranks(), lane.collective());
  }

  private double bytes(MeshLayout.Lane lane) {
    return flows(content.traffic(), link(lane)).stream()
        .mapToDouble(MeshTraffic.Flow::sentBytes)
        .sum();
  }

  private Color color(String collective) {
    return RunColors.of(KINDS.indexOf(collective), dark);
  }

  private boolean isFaint(MeshLayout.Lane lane) {
    return switch (content.chosen()) {
      case MeshPicture.Link link -> !link.equals(link(lane));
      case MeshPicture.Device device -> !link(lane).ranks().contains(device.rank());
      case null -> false;
    };
  }

  private void drawLane(Graphics2D g, MeshLayout.Lane lane) {
    Color color = color(lane.collective());
    g.setPaint(LineChartPane.awt(color.deriveColor(0, 1, 1, isFaint(lane) ? UNCHOSEN : 0.9)));
    double width = Math.max(THINNEST, layout.thickest() * bytes(lane) / mostBytes);
    g.setStroke(stroke(lane.collective(), width));
    lane.main().forEach(g::draw);
    lane.branches().forEach(g::draw);
    g.setStroke(new BasicStroke(1f));
  }

  private static BasicStroke stroke(String collective, double width) {
    float[] dash = DASHES.get(collective);
    return dash == null
        ? new BasicStroke((float) width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND)
        : new BasicStroke(
            (float) width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, dash, 0f);
  }

  private void drawWords(Graphics2D g, MeshLayout.Lane lane) {
    double seconds = 0;
    for (MeshTraffic.Flow flow : flows(content.traffic(), link(lane))) {
      seconds += flow.seconds();
    }
    String words =
        "%s %s · %s"
            .formatted(lane.collective(), Figures.bytes(bytes(lane)), Figures.seconds(seconds));
    g.setFont(LineChartDrawing.font(Font.PLAIN, 11));
    double length = g.getFontMetrics().stringWidth(words);
    for (Line2D line : lane.main()) {
      if (line.getY1() == line.getY2() && line.getX2() - line.getX1() > length + 60) {
        double x = (line.getX1() + line.getX2() - length) / 2;
        g.setPaint(LineChartPane.awt(colors.card()));
        g.fill(new Rectangle2D.Double(x - 5, line.getY1() - 7, length + 10, 14));
        g.setPaint(LineChartPane.awt(isFaint(lane) ? colors.faint() : colors.muted()));
        g.drawString(words, (float) x, (float) line.getY1() + 4);
        return;
      }
    }
  }

  private void drawDevice(Graphics2D g, DeviceReport device) {
    Rectangle2D card = layout.card(device.rank());
    boolean chosen =
        content.chosen() instanceof MeshPicture.Device other && other.rank() == device.rank();
    RoundRectangle2D shape =
        new RoundRectangle2D.Double(
            card.getX(), card.getY(), card.getWidth(), card.getHeight(), 10, 10);
    g.setPaint(LineChartPane.awt(chosen ? colors.accentSoft() : colors.raised()));
    g.fill(shape);
    g.setPaint(LineChartPane.awt(chosen ? colors.accent() : colors.strongBorder()));
    g.draw(shape);
    new DeviceCard(content, device, colors, dark).draw(g, card);
  }

  private void drawLegend(Graphics2D g) {
    g.setFont(LineChartDrawing.font(Font.PLAIN, 11));
    double x = 6;
    double y = height - 8;
    List<String> kinds =
        layout.lanes().stream().map(MeshLayout.Lane::collective).distinct().sorted().toList();
    for (String kind : kinds) {
      g.setPaint(LineChartPane.awt(color(kind)));
      g.setStroke(stroke(kind, 3));
      g.draw(new Line2D.Double(x, y - 4, x + 22, y - 4));
      g.setStroke(new BasicStroke(1f));
      g.setPaint(LineChartPane.awt(colors.muted()));
      g.drawString(kind, (float) x + 28, (float) y);
      x += 44 + g.getFontMetrics().stringWidth(kind);
    }
  }
}
