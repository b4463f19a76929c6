package dev.switchyard.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.parallel.Mesh;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One device with g routing groups and many devices that share them are the same training: losses,
 * routing and weights, with all that is random switched on.
 */
@Timeout(120)
final class MeshTrainingTest {
  @TempDir static Path folder;

  private static MeshRuns.Result alone;

  private static RunConfig config(Object... changes) {
    Object[] all = new Object[changes.length + 12];
    System.arraycopy(
        new Object[] {
          "batch_size",
          8,
          "routing_groups",
          8,
          "steps",
          50L,
          "eval_every",
          0,
          "checkpoint_every",
          50,
          "learning_rate",
          0.002
        },
        0,
        all,
        0,
        12);
    System.arraycopy(changes, 0, all, 12, changes.length);
    return TinyRun.config(TinyRun.text(folder), all);
  }

  @BeforeAll
  static void trainOnOneDevice() {
    alone = MeshRuns.train(config(), folder.resolve("alone"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"data=4", "expert=4", "model=4", "data=2,expert=2", "data=2,expert=2,model=2"})
  void aMeshTrainsAsOneDeviceDoes(String mesh) {
    int devices = size(mesh);
    MeshRuns.Result many =
        MeshRuns.train(
            config("devices", devices, "mesh", mesh), folder.resolve(mesh.replace(',', '-')));
    assertThat(many.reports()).hasSize(50);
    assertThat(alone.stepsRoutedOtherwise(many)).isZero();
    assertThat(alone.lossDeviation(many)).isLessThan(1e-5);
    assertThat(alone.weightDeviation(many)).isLessThan(1e-5);
  }

  private static int size(String mesh) {
    int size = 1;
    for (String part : mesh.split(",")) {
      size *= Integer.parseInt(part.substring(part.indexOf('=') + 1));
    }
    assertThat(Mesh.parse(mesh, size).size()).isEqualTo(size);
    return size;
  }
}
