package dev.switchyard.views.compare;

import dev.switchyard.views.component.Beside;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Appearance;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** Layout of the screen Compare: runs to choose at the left, their chart and tables beside. */
final class CompareView extends StackPane {
  private static final double SIDE = 276;
  private static final double TABLES = 250;

  CompareView(
      CompareModel model,
      CompareController controller,
      CompareActions actions,
      Appearance appearance,
      Saving saving) {
    setId("compare-screen");
    RunPicker picker = new RunPicker(model, controller, actions, appearance.themeProperty());
    picker.setMinWidth(SIDE);
    picker.setPrefWidth(SIDE);
    ChartCard chart = new ChartCard(model, actions, appearance.themeProperty(), saving);
    VBox.setVgrow(chart, Priority.ALWAYS);
    SpeedUpCard speedUps = new SpeedUpCard(model, appearance.themeProperty(), saving);
    DifferenceCard differences = new DifferenceCard(model, appearance.themeProperty(), saving);
    HBox tables = new HBox(12, speedUps, differences);
    HBox.setHgrow(speedUps, Priority.ALWAYS);
    differences.setMinWidth(240);
    differences.setPrefWidth(290);
    speedUps.setMinWidth(0);
    speedUps.setPrefWidth(640);
    HBox.setHgrow(differences, Priority.ALWAYS);
    tables.setMinHeight(TABLES);
    tables.setPrefHeight(TABLES);
    VBox right = new VBox(12, chart, tables);
    right.setMinWidth(0);
    HBox.setHgrow(right, Priority.ALWAYS);
    Beside content = new Beside(picker, right, 1000, 300, 640);
    content.getStyleClass().add("screen");
    getChildren().add(content);
  }
}
