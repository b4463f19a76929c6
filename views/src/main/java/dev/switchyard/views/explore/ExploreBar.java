package dev.switchyard.views.explore;

import dev.switchyard.views.component.Choice;
import dev.switchyard.views.component.ModelChooser;
import dev.switchyard.views.component.ScreenBar;
import dev.switchyard.views.task.FilePrompt;
import java.util.List;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;

/** The explorer's top bar: which model is under the microscope, and the choice of another. */
final class ExploreBar {
  private ExploreBar() {}

  static ScreenBar of(ExploreModel model, ExploreController controller, FilePrompt prompt) {
    ModelChooser chooser = new ModelChooser(model.samples, model.runs, prompt, controller::open);
    chooser.setId("models");
    chooser.show(model.subject.map(subject -> subject.name()), model.opening);
    chooser.offerTraining(model.inTraining, controller::openTraining);
    Label detail = new Label();
    detail.getStyleClass().add("muted");
    detail.textProperty().bind(model.subject.map(s -> s.detail()).orElse(""));
    Label live = new Label("in training");
    live.getStyleClass().addAll("pill", "live");
    live.setMinWidth(Region.USE_PREF_SIZE);
    live.visibleProperty().bind(model.subjectInTraining);
    live.managedProperty().bind(model.subjectInTraining);
    detail.setMinWidth(0);
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    Choice<Page> pages = new Choice<>(Page.values().length, Page::title);
    pages.setId("pages");
    pages.setItems(List.of(Page.values()));
    pages.valueProperty().bindBidirectional(model.page);
    return new ScreenBar("Explore", chooser, live, detail, gap, pages);
  }
}
