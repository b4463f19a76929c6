package dev.switchyard.views.theme;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javafx.scene.paint.Color;

/**
 * A look of the whole program. Its colours are said once, here: stylesheets get them as looked-up
 * colours ({@code -sy-card}), canvases and charts through {@link #colors}.
 */
public enum Theme {
  DARK(
      new PrimerDark().getUserAgentStylesheet(),
      new Colors(
          Color.web("#0b0e14"),
          Color.web("#080b10"),
          Color.web("#131820"),
          Color.web("#1a212b"),
          Color.web("#252d39"),
          Color.web("#3a4554"),
          Color.web("#e8edf4"),
          Color.web("#94a1b3"),
          Color.web("#5f6c7d"),
          Color.web("#4c9aff"),
          Color.web("#12264a"),
          Color.web("#5fd68b"),
          Color.web("#e3b341"),
          Color.web("#ff7b72"),
          Color.web("#341a1c"),
          Color.web("#1f6feb"),
          Color.web("#ffffff"),
          Color.web("#4c9aff"),
          1)),
  LIGHT(
      new PrimerLight().getUserAgentStylesheet(),
      new Colors(
          Color.web("#f3f5f8"),
          Color.web("#fafbfc"),
          Color.web("#ffffff"),
          Color.web("#f1f4f7"),
          Color.web("#dde2e9"),
          Color.web("#b6c0cc"),
          Color.web("#18212d"),
          Color.web("#586577"),
          Color.web("#808c9b"),
          Color.web("#1565d8"),
          Color.web("#e4eefd"),
          Color.web("#157f3f"),
          Color.web("#8a6100"),
          Color.web("#c8281f"),
          Color.web("#fde8e6"),
          Color.web("#1565d8"),
          Color.web("#ffffff"),
          Color.web("#1565d8"),
          1)),
  /** For eyes that need more: text 7:1 or better on all that it stands on, thicker lines. */
  HIGH_CONTRAST(
      new PrimerDark().getUserAgentStylesheet(),
      new Colors(
          Color.web("#000000"),
          Color.web("#000000"),
          Color.web("#000000"),
          Color.web("#141414"),
          Color.web("#8c8c8c"),
          Color.web("#d0d0d0"),
          Color.web("#ffffff"),
          Color.web("#e4e4e4"),
          Color.web("#c4c4c4"),
          Color.web("#7cc7ff"),
          Color.web("#00284d"),
          Color.web("#6ff0a4"),
          Color.web("#ffd75e"),
          Color.web("#ffa9a3"),
          Color.web("#400a08"),
          Color.web("#7cc7ff"),
          Color.web("#000000"),
          Color.web("#ffe600"),
          1.6));

  /**
   * The colours of a look.
   *
   * @param window behind everything
   * @param rail the navigation at the left, the bars
   * @param card a panel
   * @param raised a field or button on a panel
   * @param border around panels
   * @param strongBorder around fields; grid lines that matter
   * @param text what is read first
   * @param muted what explains it
   * @param faint axes, hints
   * @param accent what can be acted on; the Switch model's line
   * @param accentSoft behind what is chosen
   * @param good a gain
   * @param caution worth a look
   * @param bad a drop, a failure
   * @param badSoft behind a failure
   * @param primary behind what a person most likely wants
   * @param onPrimary what is written there
   * @param focus around what has the keyboard
   * @param thickness how many times as thick lines are as in the first look
   */
  public record Colors(
      Color window,
      Color rail,
      Color card,
      Color raised,
      Color border,
      Color strongBorder,
      Color text,
      Color muted,
      Color faint,
      Color accent,
      Color accentSoft,
      Color good,
      Color caution,
      Color bad,
      Color badSoft,
      Color primary,
      Color onPrimary,
      Color focus,
      double thickness) {
    /** How thick a line of so many pixels is in this look. */
    public double line(double pixels) {
      return pixels * thickness;
    }

    /** How much is left of what stands back: more where contrast is wanted. */
    public double faded(double share) {
      return thickness > 1 ? Math.max(share, 0.6) : share;
    }

    Map<String, Color> byName() {
      Map<String, Color> names = new LinkedHashMap<>();
      names.put("window", window);
      names.put("rail", rail);
      names.put("card", card);
      names.put("raised", raised);
      names.put("border", border);
      names.put("strong-border", strongBorder);
      names.put("text", text);
      names.put("muted", muted);
      names.put("faint", faint);
      names.put("accent", accent);
      names.put("accent-soft", accentSoft);
      names.put("good", good);
      names.put("caution", caution);
      names.put("bad", bad);
      names.put("bad-soft", badSoft);
      names.put("primary", primary);
      names.put("on-primary", onPrimary);
      names.put("focus", focus);
      return names;
    }
  }

  private final String userAgentStylesheet;
  private final Colors colors;

  Theme(String userAgentStylesheet, Colors colors) {
    this.userAgentStylesheet = userAgentStylesheet;
    this.colors = colors;
  }

  /** Its colours, for what is painted by hand. */
  public Colors colors() {
    return colors;
  }

  /** The next of the looks, and after the last the first. */
  public Theme next() {
    return values()[(ordinal() + 1) % values().length];
  }

  /** Whether it is light on dark. */
  public boolean isDark() {
    return this != LIGHT;
  }

  /** The look of a name, or the first where no look has it. */
  public static Theme named(String name) {
    return Arrays.stream(values()).filter(t -> t.name().equals(name)).findFirst().orElse(DARK);
  }

  /** AtlantaFX's stylesheet beneath the program's own. */
  String userAgentStylesheet() {
    return userAgentStylesheet;
  }

  /** The colours and typefaces as a stylesheet, in a data URI. */
  String tokens() {
    StringBuilder css = new StringBuilder(".root {\n");
    colors.byName().forEach((name, color) -> css.append(token("-sy-" + name, color)));
    css.append(token("-color-bg-default", colors.card()))
        .append(token("-color-bg-overlay", colors.card()))
        .append(token("-color-bg-subtle", colors.raised()))
        .append(token("-color-bg-inset", colors.window()))
        .append(token("-color-border-default", colors.strongBorder()))
        .append(token("-color-border-muted", colors.border()))
        .append(token("-color-border-subtle", colors.border()))
        .append(token("-color-fg-default", colors.text()))
        .append(token("-color-fg-muted", colors.muted()))
        .append(token("-color-fg-subtle", colors.faint()))
        .append(token("-color-accent-fg", colors.accent()))
        .append("}\n")
        .append(Fonts.stylesheet());
    return "data:text/css;charset=utf-8;base64,"
        + Base64.getEncoder().encodeToString(css.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String token(String name, Color color) {
    return "  %s: #%02x%02x%02x;%n"
        .formatted(
            name,
            Math.round(color.getRed() * 255),
            Math.round(color.getGreen() * 255),
            Math.round(color.getBlue() * 255));
  }
}
