package dev.switchyard.views.inspect;

import dev.switchyard.views.component.Beside;
import dev.switchyard.views.component.EmptyState;
import dev.switchyard.views.component.ModelChooser;
import dev.switchyard.views.component.ScreenBar;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** Layout of the screen Inspect: the tree at the left, what is chosen at the right. */
final class InspectView extends BorderPane {
  private static final double TREE = 560;

  InspectView(
      InspectModel model,
      ObservableValue<Theme> theme,
      Saving saving,
      InspectController controller) {
    setId("inspect-page");
    setTop(bar(model, saving, controller));
    WeightCard weight = new WeightCard(model, theme, saving);
    ExpertCard experts = new ExpertCard(model, theme, saving);
    VBox.setVgrow(experts, Priority.ALWAYS);
    VBox right = new VBox(12, weight, experts);
    right.setMinWidth(420);
    HBox.setHgrow(right, Priority.ALWAYS);
    TreeCard tree = new TreeCard(model);
    tree.setPrefWidth(TREE);
    tree.setMinWidth(460);
    Beside both = new Beside(tree, right, 920, 380, 640);
    both.getStyleClass().add("screen");
    both.visibleProperty().bind(model.subject.isNotNull());
    EmptyState none =
        new EmptyState(
            Feather.BOX,
            "Open a model",
            "Choose one above, or drop its folder here: a run, a checkpoint, or a Hugging Face"
                + " folder of any size. Only what you look at is read.");
    none.visibleProperty().bind(model.subject.isNull());
    setCenter(new StackPane(none, both));
  }

  private static Node bar(InspectModel model, Saving saving, InspectController controller) {
    ModelChooser chooser =
        new ModelChooser(model.samples, model.runs, saving.prompt(), controller::open);
    chooser.setId("inspect-models");
    chooser.show(model.subject.map(InspectModel.Subject::name), model.opening);
    Label detail = new Label();
    detail.getStyleClass().add("muted");
    detail
        .textProperty()
        .bind(
            model
                .subject
                .map(
                    s ->
                        "%s · %s numbers · %s on disk"
                            .formatted(
                                Figures.count(s.weights().size(), "tensor"),
                                Figures.compact(s.elements()),
                                Figures.bytes(s.bytes())))
                .orElse(""));
    return new ScreenBar("Inspect", chooser, detail);
  }
}
