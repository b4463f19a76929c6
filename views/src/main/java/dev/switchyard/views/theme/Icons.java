package dev.switchyard.views.theme;

import javafx.scene.Group;
import javafx.scene.Node;
import javafx.scene.paint.Color;
import javafx.scene.shape.Circle;
import javafx.scene.shape.SVGPath;
import javafx.scene.shape.StrokeLineCap;
import javafx.scene.transform.Scale;
import org.kordamp.ikonli.feather.Feather;
import org.kordamp.ikonli.javafx.FontIcon;

/** The program's icons and its mark. */
public final class Icons {
  private Icons() {}

  /** An icon in the colour that the stylesheet gives it. */
  public static FontIcon of(Feather icon) {
    return new FontIcon(icon);
  }

  /**
   * The mark: one track that a switchyard parts into three, each with a wagon in the colour of its
   * expert.
   *
   * @param size height in pixels
   */
  public static Node mark(double size) {
    SVGPath upper = track("M3 27 C13 27 13 5 26 5");
    SVGPath middle = track("M3 27 C14 27 14 16 27 16");
    SVGPath lower = track("M3 27 L27 27");
    Group mark =
        new Group(
            upper,
            middle,
            lower,
            wagon(26, 5, "#E69F00"),
            wagon(27, 16, "#009E73"),
            wagon(27, 27, "#CC79A7"));
    mark.getTransforms().add(new Scale(size / 32, size / 32));
    return new Group(mark);
  }

  private static SVGPath track(String path) {
    SVGPath track = new SVGPath();
    track.setContent(path);
    track.setFill(null);
    track.setStroke(Color.web("#4c9aff"));
    track.setStrokeWidth(3);
    track.setStrokeLineCap(StrokeLineCap.ROUND);
    return track;
  }

  private static Circle wagon(double x, double y, String color) {
    return new Circle(x, y, 3.6, Color.web(color));
  }
}
