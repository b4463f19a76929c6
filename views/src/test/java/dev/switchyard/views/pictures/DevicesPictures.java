package dev.switchyard.views.pictures;

import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.views.chart.MeshPicture;
import dev.switchyard.views.fake.FakeWorkbench;
import dev.switchyard.views.fake.RunFolders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javafx.scene.control.ComboBox;

/** The planner, and the devices of some runs, from two to 64. */
final class DevicesPictures {
  private static final List<Mesh> MESHES =
      List.of(new Mesh(2, 2, 1), new Mesh(1, 2, 1), new Mesh(2, 2, 2), new Mesh(4, 8, 2));

  private DevicesPictures() {}

  static void draw(Look look) throws Exception {
    Path runs = Files.createTempDirectory("runs");
    FakeWorkbench workbench = new FakeWorkbench(runs);
    for (Mesh mesh : MESHES) {
      Path run = runs.resolve("mesh-of-" + mesh.size());
      RunFolders.divided(run, mesh, mesh.size() > 8 ? 64 : 32, 120);
      workbench.summaries.add(RunFolders.summary(run, "32 experts, 4 + 4 layers"));
    }
    try (PicturedWindow window = new PicturedWindow(look, workbench)) {
      window.press("#rail-devices");
      window.save("devices");
      window.page("#planner .device-pages", "This run");
      for (int run = 0; run < MESHES.size(); run++) {
        int number = run;
        PicturedWindow.fx(
            () -> window.find("#mesh-run", ComboBox.class).getSelectionModel().select(number));
        window.settle();
        if (run == 1) {
          PicturedWindow.fx(
              () -> {
                MeshPicture picture = window.find("#mesh-picture", MeshPicture.class);
                window.pressAt(picture, picture.centerOf(1));
              });
          window.settle();
        }
        window.save("mesh-" + MESHES.get(run).size());
      }
    }
  }
}
