package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.compare.SettingDifference;
import dev.switchyard.engine.compare.SpeedUpRow;
import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.QualityCurve;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.engine.observe.SpeedUp;
import dev.switchyard.engine.observe.StepReport;
import dev.switchyard.engine.store.RunFolder;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.chart.LineChartPane.Line;
import dev.switchyard.views.chart.LineChartPane.Zoom;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.fake.FakeWorkbench;
import dev.switchyard.views.fake.RunFolders;
import dev.switchyard.views.shell.MainWindow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import javafx.geometry.Bounds;
import javafx.scene.Node;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Labeled;
import javafx.scene.control.ListView;
import javafx.scene.control.Slider;
import javafx.scene.control.TableView;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.MouseButton;
import javafx.stage.Stage;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class CompareScreenTest extends ScreenTest {
  @Override
  FakeWorkbench workbench() {
    FakeWorkbench workbench = super.workbench();
    workbench.summaries.add(
        RunFolders.summary(
            RunFolders.trained(
                runs.resolve("eight"), RunFolders.settings("num_experts", 8, "twin", true), 400, 1),
            "8 experts, the sample corpus"));
    workbench.summaries.add(
        RunFolders.summary(
            RunFolders.trained(
                runs.resolve("four"),
                RunFolders.settings("num_experts", 4, "twin", true, "learning_rate", 0.001),
                600,
                2),
            "4 experts, the sample corpus"));
    return workbench;
  }

  private LineChartPane chart() {
    return find("#compare-chart", LineChartPane.class);
  }

  private Line line(String name) {
    return chart().content().lines().stream()
        .filter(line -> line.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  private void tick(String run) {
    until(run + " is listed", () -> lookup("#check-" + run).tryQuery().isPresent());
    interact(() -> find("#check-" + run, CheckBox.class).fire());
    until(run + " is drawn", () -> line(run) != null);
  }

  private void openBoth() {
    press("#rail-compare");
    tick("eight");
    tick("four");
    until("speed-ups are there", () -> speedUps().getItems().size() == 4);
  }

  @SuppressWarnings("unchecked")
  private TableView<SpeedUpRow> speedUps() {
    return find("#speed-up-table", TableView.class);
  }

  private <T> void choose(String choice, T value) {
    @SuppressWarnings("unchecked")
    Choice<T> found = find(choice, Choice.class);
    interact(() -> found.valueProperty().set(value));
  }

  @Test
  void fromTheStartPageToTheChartOfTwoRunsAndItsFiles() throws IOException {
    until("runs are listed", () -> find("#runs", ListView.class).getItems().size() == 2);
    until("its buttons are there", () -> lookup(".compare-run").queryAll().size() == 2);
    interact(() -> lookup(".compare-run").queryButton().fire());
    until("eight is drawn", () -> seen("#compare-screen") && line("eight") != null);
    tick("four");
    for (String extension : List.of("png", "svg", "csv")) {
      pick("#export-compare-chart", "save-" + extension);
    }
    pick("#export-speed-up", "save-csv");
    pick("#export-differences", "save-csv");
    until("all is saved", () -> prompt.saved.stream().allMatch(Files::exists));
    assertThat(prompt.saved)
        .extracting(file -> file.getFileName().toString())
        .containsExactly(
            "cross-entropy-by-steps.png",
            "cross-entropy-by-steps.svg",
            "cross-entropy-by-steps.csv",
            "speed-up.csv",
            "settings-that-differ.csv");
    assertThat(ImageIO.read(prompt.saved.get(0).toFile()).getWidth())
        .isEqualTo(2 * (int) Math.ceil(chart().getWidth()));
    assertThat(Files.readString(prompt.saved.get(1)))
        .contains(
            "<svg", ">eight, twin<", ">Cross entropy by steps<", "stroke-dasharray", ">steps<");
    assertThat(Files.readAllLines(prompt.saved.get(2)))
        .contains("curve,steps,value")
        .anyMatch(row -> row.startsWith("\"four, twin\",600,"));
    assertThat(Files.readAllLines(prompt.saved.get(3))).hasSize(5);
    assertThat(Files.readAllLines(prompt.saved.get(4)))
        .containsExactly("setting,eight,four", "num_experts,8,4", "learning_rate,0.002,0.001");
  }

  @Test
  void theTableSaysHowMuchSooner() {
    openBoth();
    QualityCurve eight = new QualityCurve();
    QualityCurve four = new QualityCurve();
    for (long step = 1; step <= 600; step++) {
      StepReport.ModelReport model = RunFolders.report(step, 2).model();
      four.add(step, model.seconds(), model.tokens(), model.crossEntropy());
      StepReport.ModelReport other = RunFolders.report(step, 1).model();
      if (step <= 400) {
        eight.add(step, other.seconds(), other.tokens(), other.crossEntropy());
      }
    }
    SpeedUpRow row =
        speedUps().getItems().stream()
            .filter(each -> each.model().title().equals("four"))
            .findFirst()
            .orElseThrow();
    SpeedUp.Result expected = SpeedUp.between(four, eight);
    assertThat(row.factor(Measure.STEPS)).isEqualTo(expected.steps()).isLessThan(1);
    assertThat(row.factor(Measure.TIME)).isCloseTo(expected.time(), within(1e-9));
    assertThat(speedUps().getItems().getFirst().isReference()).isTrue();
    interact(() -> find("#reference", javafx.scene.control.ComboBox.class).setValue("four"));
    until("four is the reference", () -> speedUps().getItems().get(2).isReference());
    assertThat(speedUps().getItems().getFirst().factor(Measure.STEPS))
        .isCloseTo(1 / expected.steps(), within(1e-9));
    assertThat(chart().content().bridge().text()).startsWith("same quality in 1/");
  }

  @Test
  void onlySettingsThatDifferAreShown() {
    openBoth();
    @SuppressWarnings("unchecked")
    TableView<SettingDifference> table = find("#difference-table", TableView.class);
    assertThat(table.getItems())
        .extracting(difference -> difference.setting().name())
        .containsExactly("num_experts", "learning_rate");
    assertThat(table.getColumns()).hasSize(3);
    tickOff("four");
    assertThat(table.getItems()).isEmpty();
    assertThat(line("four")).isNull();
  }

  private void tickOff(String run) {
    interact(() -> find("#check-" + run, CheckBox.class).fire());
  }

  @Test
  void theChartIsDrawnAsItIsAskedFor() {
    openBoth();
    assertThat(line("eight").x()).hasSize(400).endsWith(400);
    assertThat(line("eight, twin").dashed()).isTrue();
    assertThat(line("eight, twin").color()).isEqualTo(line("eight").color());
    assertThat(line("eight (raw)").y()[7])
        .isCloseTo(RunFolders.report(8, 1).model().crossEntropy(), within(1e-12));
    choose("#compare-measure", Measure.TIME);
    assertThat(line("eight").x()[399]).isCloseTo(400 * 0.0228, within(1e-9));
    choose("#compare-measure", Measure.FLOPS);
    // The twin computes as much for each token but for the routers.
    assertThat(line("eight, twin").x()[399] / line("eight").x()[399]).isBetween(0.98, 0.9999);
    choose("#compare-quantity", Quantity.DROPPED_FRACTION);
    interact(() -> find("#smoothing", Slider.class).setValue(0));
    assertThat(line("eight (raw)")).isNull();
    assertThat(text("#smoothing-steps")).isEqualTo("raw");
    assertThat(line("eight").y()[99])
        .isCloseTo(RunFolders.report(100, 1).model().droppedFraction(), within(1e-12));
    interact(() -> find("#twins", ToggleButton.class).fire());
    assertThat(line("eight, twin")).isNull();
    interact(() -> find("#log-x", ToggleButton.class).fire());
    interact(() -> find("#log-y", ToggleButton.class).fire());
    assertThat(chart().scaleProperty().get().logX()).isTrue();
    assertThat(chart().scaleProperty().get().logY()).isTrue();
    choose("#compare-quantity", Quantity.HELD_OUT);
    assertThat(line("eight").x()).hasSize(4);
  }

  @Test
  void draggingZoomsInAndADoubleClickGoesBack() {
    openBoth();
    Bounds bounds = chart().localToScreen(chart().getBoundsInLocal());
    double y = bounds.getCenterY();
    drag(bounds.getMinX() + 150, y, MouseButton.PRIMARY).dropTo(bounds.getMinX() + 300, y);
    Zoom zoom = chart().scaleProperty().get().zoom();
    assertThat(zoom.from()).isPositive();
    assertThat(zoom.to()).isBetween(zoom.from() + 20, 600.0);
    doubleClickOn(bounds.getMinX() + 200, y);
    assertThat(chart().scaleProperty().get().zoom()).isNull();
    moveTo(bounds.getMinX() + 200, y);
    until(
        "the values under the mouse are read",
        () -> lookup(".reading").queryAll().stream().anyMatch(node -> says(node, "four, twin")));
  }

  private static boolean says(Node node, String text) {
    return node.isVisible()
        && node.lookupAll(".label").stream()
            .anyMatch(label -> label instanceof Labeled l && text.equals(l.getText()));
  }

  @Test
  void aStretchOfALongRunIsReadInFull() {
    RunFolders.trained(runs.resolve("long"), RunFolders.settings("twin", true), 9000, 10);
    interact(() -> window.compare(List.of(runs.resolve("long"))));
    until("it is drawn", () -> line("long") != null && line("long").x().length > 1000);
    interact(() -> find("#smoothing", Slider.class).setValue(0));
    assertThat(line("long").x().length).isLessThan(1700);
    interact(() -> chart().zoomTo(new Zoom(4000, 4200)));
    until(
        "each step of it is drawn",
        () -> {
          double[] steps = line("long").x();
          return steps.length >= 200 && steps[steps.length - 1] - steps[0] < steps.length;
        });
  }

  @Test
  void aRunThatIsBeingWrittenGrowsOnTheChart() {
    Path live = RunFolders.empty(runs.resolve("live"), RunFolders.settings("twin", true));
    try (RunFolder held = RunFolder.open(live)) {
      interact(() -> window.compare(List.of(live)));
      until(
          "it is listed as in training",
          () -> lookup(".pill").queryAll().stream().anyMatch(n -> isTraining(n)));
      RunFolders.write(held.path(), 1, 50, 1);
      until("its steps are drawn", () -> line("live") != null && line("live").x().length == 50);
      RunFolders.write(held.path(), 51, 80, 1);
      until("it grew", () -> line("live").x().length == 80);
    }
  }

  private static boolean isTraining(Node pill) {
    return pill.isVisible() && pill instanceof Labeled l && "training".equals(l.getText());
  }

  @Test
  void whatIsNoRunIsSaidBesideItsName() throws IOException {
    Files.createDirectories(runs.resolve("photos"));
    RunFolders.empty(runs.resolve("unborn"), RunFolders.settings());
    RunFolders.trained(runs.resolve("broken"), RunFolders.settings("twin", true), 30, 1);
    Files.writeString(
        runs.resolve("broken").resolve(RunFolder.METRICS),
        "{\"step\":31,\"loss\n",
        StandardOpenOption.APPEND);
    prompt.opened = runs.resolve("photos");
    press("#rail-compare");
    press("#add-run-folder");
    until("it is said", () -> problems().contains("is no run: it has no run.json"));
    interact(() -> window.compare(List.of(runs.resolve("unborn"), runs.resolve("broken"))));
    until("the good lines are drawn", () -> line("broken") != null);
    untilText("#compare-caution", "1 damaged line of the histories were passed over.");
    assertThat(line("unborn")).isNull();
  }

  private String problems() {
    StringBuilder all = new StringBuilder();
    lookup(".problem").queryAll().stream()
        .filter(node -> node.isVisible() && node instanceof Labeled)
        .forEach(node -> all.append(((Labeled) node).getText()));
    return all.toString();
  }

  @Test
  void aPlaceThatCantBeWrittenIsSaid() throws IOException {
    openBoth();
    prompt.into = Files.write(runs.resolve("file"), "x".getBytes(StandardCharsets.UTF_8));
    pick("#export-speed-up", "save-csv");
    until(
        "the problem is shown",
        () ->
            lookup("#toasts .label").queryAll().stream()
                .anyMatch(n -> n.toString().contains("Can't write")));
  }

  @Test
  void theScreenComesBackAfterARestart() {
    openBoth();
    choose("#compare-measure", Measure.TOKENS);
    interact(() -> find("#log-x", ToggleButton.class).fire());
    interact(
        () -> {
          window.close();
          stage = new Stage();
          window = new MainWindow(workbench, stage, settings, prompt);
          window.show();
        });
    press("#rail-compare");
    until("both are drawn", () -> line("eight") != null && line("four") != null);
    assertThat(line("four").x()[599]).isEqualTo(600 * 2560);
    assertThat(find("#log-x", ToggleButton.class).isSelected()).isTrue();
  }

  @Test
  void runsAreFoundByTheirSettings() {
    press("#rail-compare");
    ListView<?> list = find("#compare-runs", ListView.class);
    until("both are listed", () -> list.getItems().size() == 2);
    write("#search-runs", "4 experts");
    assertThat(list.getItems()).hasSize(1);
    assertThat(list.getItems().getFirst().toString()).contains("four");
  }
}
