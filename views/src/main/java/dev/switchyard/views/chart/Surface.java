package dev.switchyard.views.chart;

import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/**
 * Where a picture is painted by hand: a canvas on the screen, or a file. What is painted through it
 * looks the same on both. All sizes are in pixels of the screen.
 */
interface Surface {
  /** How much of what lies below is covered by what follows, from 0 to 1, which it is at first. */
  void opacity(double share);

  /** A filled rectangle with rounded corners, as wide as {@code arc}; 0: sharp ones. */
  void fill(Color color, double x, double y, double width, double height, double arc);

  /**
   * The outline of such a rectangle.
   *
   * @param line its width
   * @param dashes lengths drawn and left out in turn; none: all of it is drawn
   */
  void frame(
      Color color,
      double line,
      double x,
      double y,
      double width,
      double height,
      double arc,
      double... dashes);

  /** A band that swings from one edge, between two heights, to another. */
  void ribbon(
      Color color,
      double fromX,
      double fromTop,
      double fromBottom,
      double toX,
      double toTop,
      double toBottom);

  /** A line of text whose middle has this height. */
  void text(String text, Font font, Color color, double x, double middle, TextAlignment align);
}
