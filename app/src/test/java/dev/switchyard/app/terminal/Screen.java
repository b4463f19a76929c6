package dev.switchyard.app.terminal;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Two streams that can be read back. */
final class Screen {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  Terminal terminal(boolean interactive) {
    return new Terminal(stream(out), stream(err), interactive, Style.of(interactive));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  List<String> lines() {
    return out().lines().toList();
  }

  /** What a person sees of a text with colours. */
  static String visible(String text) {
    return text.replaceAll("\u001b\\[[0-9;?]*[a-zA-Z]", "");
  }
}
