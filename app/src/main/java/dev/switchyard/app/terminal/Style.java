package dev.switchyard.app.terminal;

/** Colours and weights of a terminal's text; without colours the text stays as it is. */
public final class Style {
  private static final String RESET = "\u001b[0m";

  /**
   * One colour for each expert, repeated when there are more, as numbers of the 256-colour table:
   * the nearest to those of the windows (eight hues that colour-blind people tell apart, then the
   * same darker, then lighter).
   */
  private static final int[] EXPERTS = {
    25, 178, 36, 175, 74, 166, 227, 140, 24, 94, 29, 132, 67, 130, 142, 97, 111, 223, 115, 218, 153,
    215, 229, 183
  };

  private static final int BLACK = 16;
  private static final int WHITE = 231;

  private static final Style COLOURED = new Style(true);
  private static final Style PLAIN = new Style(false);

  private final boolean coloured;

  private Style(boolean coloured) {
    this.coloured = coloured;
  }

  /** The style with or without colours. */
  public static Style of(boolean coloured) {
    return coloured ? COLOURED : PLAIN;
  }

  /** Whether colours are written; where not, what they say must be said in words. */
  public boolean isColoured() {
    return coloured;
  }

  /** The Switch model's colour. */
  public String sparse(String text) {
    return paint("38;5;75", text);
  }

  /** The dense twin's colour. */
  public String twin(String text) {
    return paint("38;5;248", text);
  }

  /** Good news. */
  public String good(String text) {
    return paint("38;5;114", text);
  }

  /** What a reader must not overlook. */
  public String alarm(String text) {
    return paint("1;38;5;203", text);
  }

  /** Titles. */
  public String bold(String text) {
    return paint("1", text);
  }

  /** What explains the rest. */
  public String dim(String text) {
    return paint("2", text);
  }

  /** Text in an expert's colour. */
  public String expert(int expert, String text) {
    return paint("38;5;" + colour(expert), text);
  }

  /** Text on an expert's colour. */
  public String onExpert(int expert, String text) {
    int colour = colour(expert);
    return paint("38;5;" + (isDark(colour) ? WHITE : BLACK) + ";48;5;" + colour, text);
  }

  /** Colours from 16 on are a cube of 6 x 6 x 6; red and blue look darker than green. */
  private static boolean isDark(int colour) {
    int red = (colour - 16) / 36;
    int green = (colour - 16) / 6 % 6;
    int blue = (colour - 16) % 6;
    return 3 * red + 6 * green + blue < 22;
  }

  private static int colour(int expert) {
    return EXPERTS[Math.floorMod(expert, EXPERTS.length)];
  }

  private String paint(String codes, String text) {
    return coloured && !text.isEmpty() ? "\u001b[" + codes + "m" + text + RESET : text;
  }
}
