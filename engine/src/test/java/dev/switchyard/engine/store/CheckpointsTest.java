package dev.switchyard.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint is whole or absent, and a damaged one is found out. */
final class CheckpointsTest {
  @TempDir Path folder;
  private Checkpoints checkpoints;

  @BeforeEach
  void inAFolderThatDoesNotExistYet() {
    checkpoints = new Checkpoints(folder.resolve("checkpoints"));
  }

  @Test
  void whatIsWrittenComesBack() {
    TrainingState state =
        new TrainingState(
            7, 900, 1.0 / 3, 0.1 + 0.2, new Position(56, new Position.Place(1, 2, 3, 4, 5), "key"));
    checkpoints.write(new CheckpointParts(state).file("config.json", bytes("{}")));

    Checkpoint read = checkpoints.newestWhole(CheckpointsTest::noDamage);

    assertThat(read.state()).isEqualTo(state);
    assertThat(read.has("config.json")).isTrue();
    assertThat(read.folder().getFileName()).hasToString("step-7");
  }

  @Test
  void aFailureBetweenTwoFilesLeavesTheEarlierCheckpointAndNothingElse() throws IOException {
    checkpoints.write(parts(1));
    CheckpointParts failing =
        parts(2)
            .add(
                "optimizer.safetensors",
                file -> {
                  Files.writeString(file, "half of it");
                  throw new FileSystemException(file.toString(), null, "No space left on device");
                });

    assertThatThrownBy(() -> checkpoints.write(failing))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("step-2")
        .hasMessageContaining("the disk is full");
    assertThat(WholeFile.list(folder.resolve("checkpoints")))
        .containsExactly(folder.resolve("checkpoints/step-1"));
    assertThat(checkpoints.newestWhole(CheckpointsTest::noDamage).state().step()).isEqualTo(1);
  }

  @Test
  void whatAKilledProcessLeftUnfinishedIsNoCheckpointAndGoesAway() throws IOException {
    checkpoints.write(parts(1));
    Path unfinished = folder.resolve("checkpoints").resolve(WholeFile.ASIDE + "step-2-x");
    Files.createDirectories(unfinished);
    Files.writeString(unfinished.resolve("model.safetensors"), "half");

    assertThat(checkpoints.list()).containsOnlyKeys(1L);
    checkpoints.goOnFrom(1);
    assertThat(unfinished).doesNotExist();
  }

  @Test
  void theNewestAreKept() {
    for (int step = 0; step < 12; step++) {
      checkpoints.write(parts(step));
      checkpoints.keepNewest(3);
    }
    // Sorted by number, not by name: 9 is older than 10.
    assertThat(checkpoints.list()).containsOnlyKeys(9L, 10L, 11L);
  }

  @Test
  void everyKindOfDamageIsFoundAndTheCheckpointBeforeItIsTaken() throws IOException {
    checkpoints.write(parts(1));
    List<String> kinds = List.of("missing", "cut", "changed", "state", "no state");
    for (int i = 0; i < kinds.size(); i++) {
      Path damaged = checkpoints.write(parts(2 + i));
      damage(damaged, kinds.get(i));
    }
    List<String> said = new ArrayList<>();

    Checkpoint whole = checkpoints.newestWhole(said::add);

    assertThat(whole.state().step()).isEqualTo(1);
    assertThat(said).hasSize(5);
    assertThat(said.get(0)).contains("step-6/state.json").contains("not there");
    assertThat(said.get(1)).contains("step-5/state.json").contains("damaged");
    assertThat(said.get(2)).contains("step-4/config.json").contains("damaged");
    assertThat(said.get(3)).contains("step-3/config.json").contains("cut");
    assertThat(said.get(4)).contains("step-2/config.json").contains("not there");
  }

  @Test
  void goingOnFromAStepSetsDamagedLaterOnesAside() {
    checkpoints.write(parts(1));
    checkpoints.write(parts(2));
    checkpoints.goOnFrom(1);
    assertThat(checkpoints.list()).containsOnlyKeys(1L);
    checkpoints.write(parts(2));
    assertThat(checkpoints.list()).containsOnlyKeys(1L, 2L);
  }

  private static void damage(Path checkpoint, String kind) throws IOException {
    Path config = checkpoint.resolve("config.json");
    Path state = checkpoint.resolve("state.json");
    switch (kind) {
      case "missing" -> Files.delete(config);
      case "cut" -> Files.writeString(config, "{");
      case "changed" -> Files.writeString(config, Files.readString(config).replace('1', '2'));
      case "state" ->
          Files.writeString(state, Files.readString(state).replace("tokens\" : 5", "tokens\" : 6"));
      default -> Files.delete(state);
    }
  }

  private static CheckpointParts parts(long step) {
    TrainingState state = new TrainingState(step, 5, 0.5, 0, new Position(1, null, "key"));
    return new CheckpointParts(state).file("config.json", bytes("{\"a\":1}"));
  }

  private static void noDamage(String problem) {
    throw new AssertionError(problem);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
