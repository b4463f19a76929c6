package dev.switchyard.app.terminal;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Where the command line writes.
 *
 * @param out results
 * @param err problems and remarks
 * @param isInteractive whether a person watches: lines may be redrawn in place
 * @param style colours, or none
 */
public record Terminal(PrintStream out, PrintStream err, boolean isInteractive, Style style) {
  /** Columns that every line keeps to: the width that no terminal is below. */
  public static final int WIDTH = 80;

  /** Erases from the cursor to the end of the line. */
  static final String ERASE_LINE = "\u001b[K";

  static final String HIDE_CURSOR = "\u001b[?25l";
  static final String SHOW_CURSOR = "\u001b[?25h";

  /** The process's own streams; colours only on a terminal that does not refuse them. */
  public static Terminal ofProcess() {
    Console console = System.console();
    boolean dumb = "dumb".equals(System.getenv("TERM"));
    boolean interactive = console != null && console.isTerminal() && !dumb;
    String refusal = System.getenv("NO_COLOR");
    boolean coloured = interactive && (refusal == null || refusal.isEmpty());
    return new Terminal(
        stream(FileDescriptor.out),
        stream(StandardError.descriptor()),
        interactive,
        Style.of(coloured));
  }

  /** Streams that are no terminal, as a pipe or a test reads them. */
  public static Terminal plain(PrintStream out, PrintStream err) {
    return new Terminal(out, err, false, Style.of(false));
  }

  /** UTF-8 wherever it can be read; a POSIX locale would turn every sign but ASCII into "?". */
  private static PrintStream stream(FileDescriptor descriptor) {
    boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    Charset charset =
        windows
            ? Charset.forName(System.getProperty("stdout.encoding", "UTF-8"))
            : StandardCharsets.UTF_8;
    return new PrintStream(new FileOutputStream(descriptor), true, charset);
  }
}
