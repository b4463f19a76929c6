package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.observe.MeshTraffic;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.beans.value.ObservableValue;
import javafx.scene.canvas.GraphicsContext;
import org.jfree.fx.FXGraphics2D;

/**
 * The devices of a training step as cards, each with the experts that it holds and the tokens that
 * they took, and lines for what the devices exchanged, as thick as the bytes are many.
 */
public final class MeshPicture extends ReadablePainting {
  private static final double NEAR = 4;

  /** A part of the picture that can be chosen. */
  public sealed interface Part {}

  /** A device, by its rank. */
  public record Device(int rank) implements Part {}

  /** What a group of devices exchanges by one kind of collective. */
  public record Link(List<Integer> ranks, String collective) implements Part {}

  /**
   * What is shown.
   *
   * @param step its number
   * @param devices by rank; empty: nothing
   * @param traffic between them; null where there are none
   * @param experts of a Switch layer, on all devices together
   * @param chosen part; null: none
   */
  public record Content(
      long step, List<DeviceReport> devices, MeshTraffic traffic, int experts, Part chosen) {
    /** Nothing. */
    public static final Content EMPTY = new Content(0, List.of(), null, 0, null);

    /** A step's devices. */
    public static Content of(long step, List<DeviceReport> devices, Part chosen) {
      int experts =
          devices.stream().mapToInt(d -> d.firstExpert() + d.experts()).max().orElseThrow();
      return new Content(step, devices, MeshTraffic.of(devices), experts, chosen);
    }
  }

  private Content content = Content.EMPTY;
  private MeshLayout layout;

  /**
   * An empty picture.
   *
   * @param choose takes the part that is clicked; null beside all
   */
  public MeshPicture(ObservableValue<Theme> theme, Consumer<Part> choose) {
    super(theme);
    setMinSize(320, 200);
    setOnMouseClicked(e -> choose.accept(partAt(e.getX(), e.getY())));
    followTheme();
  }

  /** Replaces what is shown. */
  public void show(Content now) {
    if (!now.equals(content)) {
      content = now;
      repaint();
    }
  }

  /** What is shown. */
  public Content content() {
    return content;
  }

  /** The picture and the data of what is shown now. */
  public ChartExport export(String title) {
    Content now = content;
    double width = Math.max(640, width());
    double height = Math.max(360, height());
    Theme.Colors colors = colors();
    boolean dark = isDark();
    return new PaintedExport(
        title,
        colors,
        width,
        height,
        g -> {
          if (!now.devices().isEmpty()) {
            new MeshDrawing(now, colors, dark, width, height).draw(g);
          }
        },
        () -> MeshTable.of(now));
  }

  /** The middle of a device's card, for those that point there. */
  public javafx.geometry.Point2D centerOf(int rank) {
    var card = layout.card(rank);
    return new javafx.geometry.Point2D(card.getCenterX(), card.getCenterY());
  }

  /** The middle of the first line of a collective. */
  public javafx.geometry.Point2D centerOf(String collective) {
    var line =
        layout.lanes().stream()
            .filter(lane -> lane.collective().equals(collective))
            .findFirst()
            .orElseThrow()
            .main()
            .getFirst();
    return new javafx.geometry.Point2D(
        (line.getX1() + line.getX2()) / 2, (line.getY1() + line.getY2()) / 2);
  }

  /** What stands at a point of this node; null: nothing. */
  public Part partAt(double x, double y) {
    if (layout == null || content.devices().isEmpty()) {
      return null;
    }
    for (DeviceReport device : content.devices()) {
      if (layout.card(device.rank()).contains(x, y)) {
        return new Device(device.rank());
      }
    }
    return layout.lanes().stream()
        .filter(lane -> lane.isNear(x, y, NEAR))
        .findFirst()
        .map(
            lane ->
                new Link(
                    content.traffic().channels().get(lane.channel()).ranks(), lane.collective()))
        .orElse(null);
  }

  @Override
  void paint(GraphicsContext g, Theme.Colors colors) {
    if (content.devices().isEmpty() || width() < 1 || height() < 1) {
      return;
    }
    MeshDrawing drawing = new MeshDrawing(content, colors, isDark(), width(), height());
    layout = drawing.layout();
    drawing.draw(new FXGraphics2D(g));
  }

  @Override
  Optional<String> readingAt(double x, double y) {
    return switch (partAt(x, y)) {
      case Device device -> Optional.of(words(content.devices().get(device.rank())));
      case Link link -> Optional.of(words(link));
      case null -> Optional.empty();
    };
  }

  private static String words(DeviceReport device) {
    return "device %d · %s tokens · computed %s, exchanged %s, waited %s"
        .formatted(
            device.rank(),
            Figures.whole(device.tokensReceived()),
            Figures.seconds(device.computeSeconds()),
            Figures.seconds(device.exchangingSeconds()),
            Figures.seconds(device.waitingSeconds()));
  }

  private String words(Link link) {
    double bytes = 0;
    double seconds = 0;
    for (MeshTraffic.Flow flow : MeshDrawing.flows(content.traffic(), link)) {
      bytes += flow.sentBytes();
      seconds += flow.seconds();
    }
    return "%s of %d devices · each sends %s a step in %s"
        .formatted(
            link.collective(), link.ranks().size(), Figures.bytes(bytes), Figures.seconds(seconds));
  }
}
