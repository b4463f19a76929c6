package dev.switchyard.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.views.chart.Histogram;
import dev.switchyard.views.chart.SimilarityMatrix;
import dev.switchyard.views.fake.FakeWorkbench;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javafx.scene.control.MenuButton;
import javafx.scene.control.TreeItem;
import javafx.scene.control.TreeTableView;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** A model's weights in the window. */
class InspectScreenTest extends ScreenTest {
  @Override
  FakeWorkbench workbench() {
    return super.workbench().withRuns();
  }

  private TreeTableView<?> tree() {
    return find("#weights", TreeTableView.class);
  }

  private static List<String> lines(TreeItem<?> item) {
    List<String> lines = new ArrayList<>();
    lines.add(String.valueOf(item.getValue()));
    item.getChildren().forEach(child -> lines.addAll(lines(child)));
    return lines;
  }

  private static Stream<String> leaves(TreeItem<?> item) {
    return item.isLeaf()
        ? Stream.of(String.valueOf(item.getValue()))
        : item.getChildren().stream().flatMap(InspectScreenTest::leaves);
  }

  private static boolean hasAll(String name, String words) {
    return Stream.of(words.split(" ")).allMatch(name::contains);
  }

  private void open() {
    press("#rail-inspect");
    until("the sample's tensors are listed", () -> tree().getRoot() != null);
  }

  private void choose(String search, int line) {
    write("#search-weights", search);
    until("others are gone", () -> leaves(tree().getRoot()).allMatch(name -> hasAll(name, search)));
    interact(() -> tree().getSelectionModel().select(line));
  }

  @Test
  void theFirstSampleIsOpenAndItsExpertsCompared() {
    open();
    assertThat(text("#inspect-models")).isEqualTo("seven-valleys");
    until(
        "experts are compared",
        () -> find("#similarity", SimilarityMatrix.class).content().experts() == 8);
    assertThat(text("#similarity-summary")).contains("mean cosine", "65.5 k", "524 k");
  }

  @Test
  void aChosenTensorShowsItsFiguresAndHistogram() {
    open();
    choose("shared", 1);
    untilText("#weight-name", "shared.weight");
    untilText("#weight-norm", "26.2");
    assertThat(text("#weight-range")).isEqualTo("-0.31 … 0.27");
    assertThat(find("#histogram", Histogram.class).bars().counts()).hasSize(61);
  }

  @Test
  void theSearchKeepsTensorsThatHaveEveryWord() {
    open();
    write("#search-weights", "router block.3");
    until("one is found", () -> lines(tree().getRoot()).size() == 2);
    List<String> lines = lines(tree().getRoot());
    assertThat(lines.getLast())
        .contains("part=encoder.block.3.layer.1.mlp.router.classifier.weight", "elements=2048");
    write("#search-weights", "nothing of the kind");
    until("none is found", () -> tree().getRoot() == null);
    write("#search-weights", "");
    until("all are there", () -> tree().getRoot() != null && lines(tree().getRoot()).size() > 20);
  }

  @Test
  void aTensorOfALayerBringsThatLayersExperts() {
    open();
    until(
        "the first layer is compared",
        () -> find("#similarity", SimilarityMatrix.class).content().experts() == 8);
    float before = find("#similarity", SimilarityMatrix.class).content().cosine()[1];
    choose("block.3 expert_0", 1);
    untilText("#weight-name", "encoder.block.3.layer.1.mlp.experts.expert_0.wi.weight");
    assertThat(before).isEqualTo(0.1f);
  }

  @Test
  void theHistogramAndTheMatrixAreSaved() throws IOException {
    open();
    until("experts are compared", () -> seen("#export-similarity"));
    assertThat(seen("#export-histogram")).as("of no tensor").isFalse();
    choose("block.1 router", 1);
    until("the tensor is read", () -> seen("#export-histogram"));
    for (String extension : List.of("png", "svg", "csv")) {
      pick("#export-histogram", "save-" + extension);
      pick("#export-similarity", "save-" + extension);
    }
    until("all is saved", () -> prompt.saved.stream().allMatch(Files::exists));
    assertThat(prompt.saved).hasSize(6);
    assertThat(ImageIO.read(prompt.saved.get(0).toFile()).getWidth()).isGreaterThan(600);
    assertThat(ImageIO.read(prompt.saved.get(1).toFile()).getHeight()).isGreaterThan(300);
    assertThat(Files.readString(prompt.saved.get(2))).contains("<svg", ">≤ -");
    assertThat(Files.readString(prompt.saved.get(3))).contains("<svg", ">7<");
    assertThat(Files.readAllLines(prompt.saved.get(4)))
        .hasSize(62)
        .first()
        .isEqualTo("from,to,count");
    assertThat(Files.readAllLines(prompt.saved.get(5)))
        .hasSize(9)
        .element(1)
        .asString()
        .startsWith("0,1,0.1");
  }

  @Test
  void aModelThatCannotBeReadSaysSoAndTheOneBeforeStays() {
    open();
    interact(() -> window.inspect("/models/broken"));
    until(
        "the problem is shown",
        () ->
            lookup("#toasts .label").queryAll().stream()
                .anyMatch(n -> n.toString().contains("is cut: copy it again")));
    assertThat(find("#inspect-models", MenuButton.class).getText()).isEqualTo("seven-valleys");
  }
}
