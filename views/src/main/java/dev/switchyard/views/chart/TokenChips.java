package dev.switchyard.views.chart;

import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import dev.switchyard.views.theme.Theme;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import javafx.application.Platform;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Dimension2D;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.geometry.VPos;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.input.KeyCode;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/** A text as chips, each in the colour of the expert that its token asked for in one layer. */
public final class TokenChips extends ScrolledPainting {
  private static final double NARROW = 1100;
  private static final double LARGEST = 1.45;
  private static final double GAP = 5;
  private static final int MOST_ROWS = 3;

  private final Map<String, Double> widths = new HashMap<>();
  private final List<Rectangle2D> places = new ArrayList<>();
  private List<TokenText> tokens = List.of();
  private LayerRouting layer;
  private Font font = TokenFace.mono(14.5);
  private double height = 32;
  private double needed;
  private int token = -1;
  private int expert = -1;
  private IntConsumer onToken = t -> {};

  /** No chips yet. */
  public TokenChips(ObservableValue<Theme> theme) {
    super(theme);
    getStyleClass().add("token-chips");
    setFocusTraversable(true);
    setOnMousePressed(
        e -> {
          requestFocus();
          int hit = at(inPicture(e.getX(), e.getY()));
          if (hit >= 0) {
            onToken.accept(hit);
          }
        });
    setOnKeyPressed(
        e -> {
          int next = token + (e.getCode() == KeyCode.RIGHT ? 1 : -1);
          boolean sideways = e.getCode() == KeyCode.RIGHT || e.getCode() == KeyCode.LEFT;
          if (sideways && next >= 0 && next < tokens.size()) {
            onToken.accept(next);
          }
          if (sideways) {
            e.consume();
          }
        });
    focusedProperty().subscribe(f -> repaint());
  }

  /** Hears which token was clicked. */
  public void setOnToken(IntConsumer onToken) {
    this.onToken = onToken;
  }

  /**
   * Shows tokens as a layer routed them.
   *
   * @param token the chosen one, or -1
   * @param expert the expert whose tokens stand out, or -1
   */
  public void show(List<TokenText> tokens, LayerRouting layer, int token, int expert) {
    boolean moved = token != this.token;
    this.tokens = tokens;
    this.layer = layer;
    this.token = token;
    this.expert = expert;
    if (moved && token >= 0 && token < places.size()) {
      reveal(places.get(token));
    }
    repaint();
  }

  /** Where a token's chip is, in this node's pixels. */
  public Point2D centerOf(int index) {
    Rectangle2D place = places.get(index);
    return inNode(place.getMinX() + place.getWidth() / 2, place.getMinY() + place.getHeight() / 2);
  }

  /** Chips are larger in a wide window, to be read from the last row. */
  private void fit(double width) {
    double size = Math.rint(14.5 * Math.clamp(width / NARROW, 1, LARGEST) * 2) / 2;
    if (size != font.getSize()) {
      font = TokenFace.mono(size);
      height = Math.rint(size * 2.2);
      widths.clear();
    }
  }

  @Override
  Dimension2D contentSize(double width, double seenHeight) {
    places.clear();
    fit(width);
    double x = 3;
    double y = 3;
    for (TokenText t : tokens) {
      String text = TokenFace.text(t.text());
      double chip =
          widths.computeIfAbsent(text, word -> Math.ceil(TokenFace.width(word, font)))
              + (text.length() > 1 ? 14 : 11);
      if (x + chip > width - 3 && x > 3) {
        x = 3;
        y += height + GAP;
      }
      places.add(new Rectangle2D(x, y, chip, height));
      x += chip + GAP;
    }
    double tall = y + height + 3;
    if (tall != needed) {
      needed = tall;
      Platform.runLater(this::requestLayout); // a layout pass can't ask for another
    }
    return new Dimension2D(width, tokens.isEmpty() ? 0 : tall);
  }

  /** As many rows as the text has, up to some; then they scroll. */
  @Override
  protected double computePrefHeight(double width) {
    double rows = Math.round((needed - 6 + GAP) / (height + GAP));
    return 6 + Math.clamp(rows, 1, MOST_ROWS) * (height + GAP) - GAP;
  }

  @Override
  protected double computeMinHeight(double width) {
    return computePrefHeight(width);
  }

  @Override
  void paint(GraphicsContext g, Rectangle2D seen) {
    g.setFont(font);
    g.setTextAlign(TextAlignment.CENTER);
    g.setTextBaseline(VPos.CENTER);
    for (int i = 0; i < tokens.size(); i++) {
      Rectangle2D place = places.get(i);
      if (place.intersects(seen)) {
        paintChip(g, i, place);
      }
    }
  }

  private void paintChip(GraphicsContext g, int index, Rectangle2D place) {
    boolean routed = layer != null && index < layer.expert().length && layer.expert()[index] >= 0;
    boolean kept = !routed || layer.kept()[index];
    boolean beside = routed && expert >= 0 && layer.choice(index, expert).isEmpty();
    Color color =
        routed ? ExpertColors.of(layer.expert()[index], layer.experts()) : colors().raised();
    g.setGlobalAlpha(beside && index != token ? colors().faded(0.35) : 1);
    TokenFace.box(
        new CanvasSurface(g),
        place.getMinX(),
        place.getMinY(),
        place.getWidth(),
        height,
        8,
        color,
        kept,
        colors());
    g.setFill(kept ? routed ? ExpertColors.textOn(color) : colors().text() : colors().bad());
    g.fillText(
        TokenFace.text(tokens.get(index).text()),
        place.getMinX() + place.getWidth() / 2,
        place.getMinY() + height / 2);
    g.setGlobalAlpha(1);
    if (index == token) {
      TokenFace.ring(
          g, place.getMinX(), place.getMinY(), place.getWidth(), height, 8, isFocused(), colors());
    }
  }

  private int at(Point2D point) {
    for (int i = 0; i < places.size(); i++) {
      if (places.get(i).contains(point)) {
        return i;
      }
    }
    return -1;
  }
}
