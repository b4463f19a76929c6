package dev.switchyard.views.theme;

import java.util.List;
import javafx.scene.text.Font;
import javafx.scene.text.FontWeight;

/** The typefaces of the program: the best of those that the machine has. */
public final class Fonts {
  private static final List<String> SANS =
      List.of("Inter", "Segoe UI", "SF Pro Text", "Helvetica Neue", "Noto Sans", "DejaVu Sans");
  private static final List<String> MONO =
      List.of(
          "JetBrains Mono",
          "Cascadia Mono",
          "SF Mono",
          "Menlo",
          "Consolas",
          "DejaVu Sans Mono",
          "Noto Sans Mono");

  private static final String SANS_FAMILY = firstPresent(SANS, "System");
  private static final String MONO_FAMILY = firstPresent(MONO, "Monospaced");
  private static final String STRONG_FAMILY =
      firstPresent(List.of(SANS_FAMILY + " Semi Bold", SANS_FAMILY + " Semibold"), SANS_FAMILY);

  private Fonts() {}

  /** The family of running text. */
  public static String sansFamily() {
    return SANS_FAMILY;
  }

  /** The family of figures and tokens. */
  public static String monoFamily() {
    return MONO_FAMILY;
  }

  /** Running text of a size in pixels, for canvases. */
  public static Font sans(double size) {
    return Font.font(SANS_FAMILY, size);
  }

  /** Emphasised text. */
  public static Font strong(double size) {
    return STRONG_FAMILY.equals(SANS_FAMILY)
        ? Font.font(SANS_FAMILY, FontWeight.BOLD, size)
        : Font.font(STRONG_FAMILY, size);
  }

  /** Figures and tokens. */
  public static Font mono(double size) {
    return Font.font(MONO_FAMILY, size);
  }

  /** What stylesheets say of typefaces; JavaFX takes one family, not a list of fallbacks. */
  static String stylesheet() {
    String strong =
        STRONG_FAMILY.equals(SANS_FAMILY)
            ? "-fx-font-weight: bold;"
            : "-fx-font-family: \"%s\"; -fx-font-weight: normal;".formatted(STRONG_FAMILY);
    return """
    .root { -fx-font-family: "%s"; }
    .mono { -fx-font-family: "%s"; }
    .strong { %s }
    .context-menu { -fx-font-family: "%s"; -fx-font-weight: normal; -fx-font-size: 13px; }
    """
        .formatted(SANS_FAMILY, MONO_FAMILY, strong, SANS_FAMILY);
  }

  private static String firstPresent(List<String> wanted, String otherwise) {
    List<String> present = Font.getFamilies();
    return wanted.stream().filter(present::contains).findFirst().orElse(otherwise);
  }
}
