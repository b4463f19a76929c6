package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.parallel.Mesh;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.engine.store.RunHistory;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.chart.MeshPicture;
import dev.switchyard.views.chart.StackedBars;
import dev.switchyard.views.fake.FakeDevices;
import dev.switchyard.views.fake.FakeReports;
import dev.switchyard.views.fake.Mouse;
import dev.switchyard.views.fake.RunFolders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.DoubleStream;
import javafx.geometry.Point2D;
import javafx.scene.Node;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.Slider;
import javafx.scene.control.TableView;
import javafx.scene.control.TextInputControl;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import org.junit.jupiter.api.Test;

/** The mesh of a run: its devices, what they exchange, and the balance between them. */
class MeshPageTest extends ScreenTest {
  private MeshPicture picture() {
    return find("#mesh-picture", MeshPicture.class);
  }

  private void open(Path... recorded) {
    for (Path run : recorded) {
      workbench.summaries.add(RunFolders.summary(run, "8 experts"));
    }
    press("#rail-devices");
    page("This run");
  }

  private void page(String title) {
    interact(
        () ->
            lookup("#planner .device-pages .toggle-button").queryAllAs(ToggleButton.class).stream()
                .filter(button -> button.getText().equals(title))
                .forEach(ButtonBase::fire));
  }

  private void openRead(int devices, Path... recorded) {
    open(recorded);
    until("the devices are read", () -> picture().content().devices().size() == devices);
  }

  private void click(Point2D at) {
    interact(() -> Mouse.fire(picture(), MouseEvent.MOUSE_CLICKED, at));
  }

  @Test
  void aRecordedRunShowsItsDevicesStepByStep() {
    openRead(4, RunFolders.divided(runs.resolve("four"), new Mesh(2, 2, 1), 8, 40));
    until("all steps are read", () -> text("#mesh-step").equals("40"));
    assertThat(text("#mesh-summary")).isEqualTo("4 devices · data 2 × expert 2");
    assertThat(picture().content().devices()).isEqualTo(FakeDevices.of(40, new Mesh(2, 2, 1), 8));
    assertThat(find("#mesh-times", StackedBars.class).content().rows()).hasSize(4);
    assertThat(text("#mesh-balance")).contains("slowest is device");
    LineChartPane balance = find("#mesh-balance-chart", LineChartPane.class);
    assertThat(balance.content().lines().getFirst().x()).hasSize(40);
    assertThat(DoubleStream.of(balance.content().lines().getFirst().y()))
        .allMatch(most -> most >= 1);
    interact(() -> find("#mesh-position", Slider.class).setValue(9));
    assertThat(text("#mesh-step")).isEqualTo("10");
    assertThat(picture().content().devices()).isEqualTo(FakeDevices.of(10, new Mesh(2, 2, 1), 8));
  }

  @Test
  void aDeviceOrALineThatIsClickedSaysItsFigures() {
    openRead(8, RunFolders.divided(runs.resolve("eight"), new Mesh(2, 2, 2), 8, 3));
    TableView<?> flows = find("#mesh-flows", TableView.class);
    int all = flows.getItems().size();
    assertThat(text("#mesh-chosen")).startsWith("mean of a device");
    click(picture().centerOf(5));
    assertThat(text("#mesh-chosen"))
        .startsWith("device 5: data 1, expert 0, model 1 · rows 32–47 · experts 0–3 of each");
    assertThat(find("#mesh-times", StackedBars.class).content().chosen()).isEqualTo(5);
    click(picture().centerOf("all-to-all"));
    assertThat(text("#mesh-chosen")).startsWith("all-to-all among devices 0, 2");
    assertThat(flows.getItems()).hasSize(2).hasSizeLessThan(all);
    click(new Point2D(picture().getWidth() - 1, picture().getHeight() - 1));
    assertThat(flows.getItems()).hasSize(all);
  }

  @Test
  void everyDeviceHasItsPlaceInMeshesOfEveryShape() {
    open();
    for (Mesh mesh :
        new Mesh[] {
          new Mesh(2, 1, 1),
          new Mesh(1, 8, 1),
          new Mesh(64, 1, 1),
          new Mesh(4, 8, 2),
          new Mesh(1, 1, 64),
          new Mesh(16, 2, 2)
        }) {
      interact(
          () -> {
            MeshPicture picture = picture();
            picture.resize(820, 380);
            picture.layout();
            picture.show(MeshPicture.Content.of(1, FakeDevices.of(1, mesh, 64), null));
            for (int rank = 0; rank < mesh.size(); rank++) {
              Point2D center = picture.centerOf(rank);
              assertThat(center.getX()).as("%s %d", mesh, rank).isBetween(0.0, 820.0);
              assertThat(center.getY()).as("%s %d", mesh, rank).isBetween(0.0, 380.0);
              assertThat(picture.partAt(center.getX(), center.getY()))
                  .isEqualTo(new MeshPicture.Device(rank));
            }
          });
    }
  }

  @Test
  void aRunOnOneDeviceSaysSo() {
    open(RunFolders.trained(runs.resolve("alone"), RunFolders.settings(), 5, 1));
    until("it says so", () -> text("#mesh-problem").contains("one device"));
    assertThat(seen("#mesh-picture")).isFalse();
  }

  @Test
  void whatAnotherProcessWritesIsFollowed() throws IOException {
    Mesh mesh = new Mesh(1, 2, 1);
    Path folder = RunFolders.divided(runs.resolve("elsewhere"), mesh, 8, 4);
    try (RunFolder held = RunFolder.open(folder)) {
      openRead(2, folder);
      Files.writeString(
          held.path().resolve(RunFolder.METRICS),
          RunHistory.line(FakeReports.report(5, 8, false).withDevices(FakeDevices.of(5, mesh, 8)))
              + "\n",
          StandardCharsets.UTF_8,
          StandardOpenOption.APPEND);
      until("the new step is seen", () -> text("#mesh-step").equals("5"));
    }
  }

  @Test
  void theTrainingInProgressIsFollowedAndSaved() throws IOException {
    press("#rail-train");
    until("the form is there", () -> seen("#create"));
    interact(
        () -> {
          find("#train-form #setting-devices", TextInputControl.class).setText("4");
          find("#train-form #setting-mesh", TextInputControl.class).setText("expert=4");
        });
    press("#create");
    until("the run is there", () -> !workbench.opened.isEmpty());
    run().trainTo(7);
    press("#rail-devices");
    until("four devices", () -> seen("#mesh-picture") && text("#mesh-step").equals("7"));
    run().trainTo(9);
    until("the newest step", () -> text("#mesh-step").equals("9"));
    for (String kind : new String[] {"png", "svg", "csv"}) {
      pick("#export-mesh-picture", "save-" + kind);
      until(kind + " is written", () -> Files.exists(prompt.saved.getLast()));
    }
    assertThat(Files.readString(prompt.saved.getLast()))
        .contains("\r\n9,3,0,3,0,all-to-all,tokens to experts,4,8,1570000");
  }

  @Test
  void aWordIsExplainedWhenTheMouseComesToIt() {
    open();
    Node word = find("#mesh-summary", Node.class);
    assertThat(word.getProperties().values()).noneMatch(Tooltip.class::isInstance);
    interact(
        () ->
            word.fireEvent(
                new MouseEvent(
                    MouseEvent.MOUSE_ENTERED,
                    1,
                    1,
                    1,
                    1,
                    MouseButton.NONE,
                    0,
                    false,
                    false,
                    false,
                    false,
                    false,
                    false,
                    false,
                    false,
                    false,
                    true,
                    null)));
    assertThat(word.getProperties().values()).anyMatch(Tooltip.class::isInstance);
  }
}
