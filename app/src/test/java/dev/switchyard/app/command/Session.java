package dev.switchyard.app.command;

import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.app.workbench.Home;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Somebody who types commands into a pipe, with a home folder of their own. */
final class Session {
  /**
   * What a command did.
   *
   * @param code its exit code
   * @param out what it wrote on standard output
   * @param err what it wrote on standard error
   */
  record Result(int code, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }
  }

  private final Home home;

  Session(Path folder) {
    this.home = new Home(folder);
  }

  Path home() {
    return home.folder();
  }

  Result run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = SwitchyardCommand.run(Terminal.plain(stream(out), stream(err)), home, arguments);
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  /** Every file and folder below, with sizes: what a command left. */
  static List<String> everythingIn(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.map(path -> path + " " + size(path)).sorted().toList();
    }
  }

  private static long size(Path path) {
    return Files.isDirectory(path) ? -1 : path.toFile().length();
  }

  /** A folder with a few documents of English. */
  static Path documents(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (int file = 0; file < 4; file++) {
      StringBuilder text = new StringBuilder();
      for (int line = 0; line < 120; line++) {
        text.append("Wagon ").append(line * 7 % 31).append(" goes down track ").append(file);
        text.append(line % 3 == 0 ? ", and the points are set behind it.\n" : ".\n\n");
      }
      Files.writeString(folder.resolve("yard-" + file + ".txt"), text);
    }
    return folder;
  }
}
