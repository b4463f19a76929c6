package dev.switchyard.views.theme;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import java.nio.charset.StandardCharsets;
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
          Color.web("#341a1c"))),
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
          Color.web("#8a96a5"),
          Color.web("#1565d8"),
          Color.web("#dfebfd"),
          Color.web("#157f3f"),
          Color.web("#8a6100"),
          Color.web("#c8281f"),
          Color.web("#fde8e6")));

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
      Color badSoft) {

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

  /** The other of the two looks. */
  public Theme other() {
    return this == DARK ? LIGHT : DARK;
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
