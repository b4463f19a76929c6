package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.app.workbench.Home;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What goes wrong in a command is one line. */
final class ProblemsTest {
  @TempDir Path folder;

  @Command(name = "hungry")
  private static final class Hungry implements Runnable {
    @Override
    public void run() {
      throw new OutOfMemoryError("No 512000 MB of native memory are left.");
    }
  }

  @Test
  void tooLittleMemoryIsSaidInOneLine() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    CommandLine line = new CommandLine(new Hungry());
    line.setExecutionStrategy(Problems::execute);
    line.setExecutionExceptionHandler(
        new Problems(Terminal.plain(stream, stream), new Home(folder)));
    assertThat(line.execute()).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .hasLineCount(1)
        .contains("not enough memory")
        .contains("smaller model");
  }
}
