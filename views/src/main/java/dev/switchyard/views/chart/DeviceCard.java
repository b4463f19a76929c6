package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import javafx.scene.paint.Color;

/**
 * A device in the picture of a mesh: its number and place, a bar for each of its experts in the
 * expert's colour, as high as its tokens, and what the device did. The less room, the less is said.
 */
final class DeviceCard {
  private static final double PAD = 8;
  private static final double LINE = 14;
  private static final double NUMBERED_BAR = 13;
  private static final double BUSY = 4;

  private final MeshPicture.Content content;
  private final DeviceReport device;
  private final Theme.Colors colors;
  private final boolean dark;

  DeviceCard(MeshPicture.Content content, DeviceReport device, Theme.Colors colors, boolean dark) {
    this.content = content;
    this.device = device;
    this.colors = colors;
    this.dark = dark;
  }

  void draw(Graphics2D g, Rectangle2D card) {
    double pad = card.getWidth() < 90 ? 4 : PAD;
    double x = card.getX() + pad;
    double width = card.getWidth() - 2 * pad;
    double top = card.getY() + pad;
    double bottom = card.getMaxY() - pad;
    boolean wide = card.getWidth() >= 130;
    boolean high = card.getHeight() >= 92;
    g.setFont(LineChartDrawing.font(Font.BOLD, wide ? 13 : 11));
    g.setPaint(LineChartPane.awt(colors.text()));
    String name = wide ? "device " + device.rank() : Integer.toString(device.rank());
    g.drawString(name, (float) x, (float) top + 10);
    double nameEnd = x + g.getFontMetrics().stringWidth(name) + 10;
    g.setFont(LineChartDrawing.font(Font.PLAIN, 11));
    g.setPaint(LineChartPane.awt(colors.muted()));
    FontMetrics metrics = g.getFontMetrics();
    write(g, metrics, places(), nameEnd, x + width, top + 10);
    top += LINE + 2;
    if (high) {
      write(g, metrics, holds(), x, x + width, top + 10);
      top += LINE + 2;
      bottom -= LINE;
      write(g, metrics, figures(), x, x + width, bottom + 11);
    }
    drawBusy(g, x, bottom - BUSY, width);
    drawBars(g, metrics, new Rectangle2D.Double(x, top, width, bottom - BUSY - 4 - top));
  }

  /** The longest of some words that fit between two points. */
  private static void write(
      Graphics2D g, FontMetrics metrics, List<String> words, double from, double to, double y) {
    for (String each : words) {
      if (metrics.stringWidth(each) <= to - from) {
        g.drawString(each, (float) from, (float) y);
        return;
      }
    }
  }

  private List<String> places() {
    var mesh = content.traffic().mesh();
    List<String> words = new ArrayList<>();
    List<String> letters = new ArrayList<>();
    add(words, letters, "data", device.data(), mesh.data());
    add(words, letters, "expert", device.expert(), mesh.expert());
    add(words, letters, "model", device.model(), mesh.model());
    return List.of(String.join(" · ", words), String.join(" ", letters));
  }

  private static void add(
      List<String> words, List<String> letters, String axis, int place, int length) {
    if (length > 1) {
      words.add(axis + " " + place);
      letters.add(axis.charAt(0) + Integer.toString(place));
    }
  }

  private List<String> holds() {
    String rows = device.rows() == 0 ? "no rows" : "rows " + span(device.firstRow(), device.rows());
    if (device.experts() == 0) {
      return List.of(rows);
    }
    String experts = "experts " + span(device.firstExpert(), device.experts());
    return List.of(rows + " · " + experts, "r " + span(device.firstRow(), device.rows()), "");
  }

  private static String span(int first, int count) {
    return count == 1 ? Integer.toString(first) : first + "–" + (first + count - 1);
  }

  private List<String> figures() {
    String memory = Figures.bytes(device.memoryBytes());
    String busy = Figures.percent(device.computeSeconds() / device.seconds()) + " busy";
    String tokens = Figures.compact(device.tokensReceived()) + " tokens";
    return List.of(tokens + " · " + busy + " · " + memory, tokens + " · " + memory, tokens, memory);
  }

  /** How the step's time went: computed, exchanged, waited. */
  private void drawBusy(Graphics2D g, double x, double y, double width) {
    double longest = content.devices().stream().mapToDouble(DeviceReport::seconds).max().orElse(1);
    double[] parts = {device.computeSeconds(), device.exchangingSeconds(), device.waitingSeconds()};
    Color[] paints = {RunColors.of(0, dark), RunColors.of(1, dark), colors.strongBorder()};
    double at = x;
    for (int part = 0; part < parts.length; part++) {
      double length = width * parts[part] / longest;
      g.setPaint(LineChartPane.awt(paints[part]));
      g.fill(new Rectangle2D.Double(at, y, length, BUSY));
      at += length;
    }
  }

  /** The dashed line is what an expert would have if all had the same. */
  private void drawBars(Graphics2D g, FontMetrics metrics, Rectangle2D room) {
    int experts = device.expertTokens().size();
    if (experts == 0 || room.getHeight() < 6) {
      return;
    }
    double bar = room.getWidth() / experts;
    boolean numbered = bar >= NUMBERED_BAR && room.getHeight() >= 34;
    double bottom = room.getMaxY() - (numbered ? 12 : 0);
    double full = bottom - room.getY();
    double scale = full / mostTokens();
    double gap = bar >= 6 ? Math.min(4, bar * 0.18) : 0;
    for (int e = 0; e < experts; e++) {
      int expert = device.firstExpert() + e;
      double length = device.expertTokens().get(e) * scale;
      double x = room.getX() + e * bar;
      g.setPaint(LineChartPane.awt(ExpertColors.of(expert, content.experts())));
      g.fill(new Rectangle2D.Double(x, bottom - length, bar - gap, length));
      if (numbered) {
        g.setPaint(LineChartPane.awt(colors.muted()));
        String number = Integer.toString(expert);
        g.drawString(
            number,
            (float) (x + (bar - gap - metrics.stringWidth(number)) / 2),
            (float) room.getMaxY());
      }
    }
    double fair = bottom - meanTokens() * scale;
    g.setPaint(LineChartPane.awt(colors.muted()));
    g.setStroke(
        new java.awt.BasicStroke(
            1f,
            java.awt.BasicStroke.CAP_BUTT,
            java.awt.BasicStroke.JOIN_MITER,
            1f,
            new float[] {4, 3},
            0f));
    g.draw(new Line2D.Double(room.getX(), fair, room.getMaxX(), fair));
    g.setStroke(new java.awt.BasicStroke(1f));
  }

  private double mostTokens() {
    return Math.max(
        1,
        content.devices().stream()
            .flatMap(each -> each.expertTokens().stream())
            .mapToLong(Long::longValue)
            .max()
            .orElse(1));
  }

  private double meanTokens() {
    return content.devices().stream()
        .flatMap(each -> each.expertTokens().stream())
        .mapToLong(Long::longValue)
        .average()
        .orElse(0);
  }
}
