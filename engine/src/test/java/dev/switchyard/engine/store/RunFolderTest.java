package dev.switchyard.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run folder belongs to one run and, while it is trained, to one process. */
final class RunFolderTest {
  @TempDir Path folder;

  @Test
  void aRunIsHeldByOneAtATime() {
    Path path = folder.resolve("run");
    try (RunFolder run = RunFolder.create(path, Map.of("a", 1))) {
      assertThat(run.path()).isEqualTo(path);
      assertThat(RunHistory.state(path, List.of())).isEqualTo("running");
      // Looking at the lock must not give it up.
      assertThatThrownBy(() -> RunFolder.open(path))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("open in this program already");
      assertThat(RunHistory.state(path, List.of(event("paused")))).isEqualTo("paused");
    }
    assertThat(RunHistory.state(path, List.of(event("started")))).isEqualTo("interrupted");
    assertThat(RunHistory.state(path, List.of(event("failed")))).isEqualTo("failed");
    assertThat(RunHistory.state(path, List.of(event("stopped"), event("checkpoint"))))
        .isEqualTo("stopped");
    assertThat(RunHistory.state(path, List.of(event("finished")))).isEqualTo("finished");
    RunFolder.open(path).close();
  }

  @Test
  void theLockFileOfADeadProcessIsNoObstacle() throws IOException {
    Path path = folder.resolve("run");
    RunFolder.create(path, Map.of()).close();
    Files.writeString(path.resolve(RunLock.FILE), "999999");
    RunFolder.open(path).close();
  }

  @Test
  void aFolderWithSomethingInItIsLeftAlone() throws IOException {
    Files.writeString(folder.resolve("mine.txt"), "mine");
    assertThatThrownBy(() -> RunFolder.create(folder, Map.of()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is not empty");
    assertThat(WholeFile.list(folder)).containsExactly(folder.resolve("mine.txt"));

    Path run = folder.resolve("run");
    RunFolder.create(run, Map.of()).close();
    assertThatThrownBy(() -> RunFolder.create(run, Map.of()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("holds a run already");
  }

  @Test
  void aFolderThatCanNotBeMadeIsSaidInALine() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> RunFolder.create(file.resolve("run"), Map.of()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Can't write")
        .hasMessageNotContaining("\n");
    assertThatThrownBy(() -> RunFolder.open(folder.resolve("none")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("There is no run");
  }

  @Test
  void aRunThatCouldNotBeBegunLeavesNothing() {
    Path path = folder.resolve("run");
    RunFolder.create(path, Map.of()).discard(false);
    assertThat(path).doesNotExist();

    RunFolder.create(path, Map.of()).discard(true);
    assertThat(path).isEmptyDirectory();
    RunFolder.create(path, Map.of()).close();
  }

  private static RunEvent event(String kind) {
    return new RunEvent(0, 0, kind, "", Map.of());
  }
}
