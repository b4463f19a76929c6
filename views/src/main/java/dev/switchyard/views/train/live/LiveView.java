package dev.switchyard.views.train.live;

import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Appearance;
import javafx.scene.control.Label;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.RowConstraints;
import javafx.scene.layout.VBox;

/** Layout of the live screen. */
final class LiveView extends BorderPane {
  private static final double SIDE = 272;

  LiveView(LiveModel model, Appearance appearance, Saving saving, LiveController controller) {
    setId("live");
    LiveCharts charts = new LiveCharts(model, appearance.themeProperty(), saving);
    GridPane grid = new GridPane(12, 12);
    grid.add(charts.quality(), 0, 0);
    grid.add(charts.load(), 1, 0);
    grid.add(charts.dropped(), 0, 1);
    grid.add(charts.balance(), 1, 1);
    grid.getColumnConstraints().addAll(column(52), column(48));
    grid.getRowConstraints().addAll(row(56), row(44));
    HBox.setHgrow(grid, Priority.ALWAYS);
    grid.setMinWidth(0);
    NowCard now = new NowCard(model);
    now.setMinWidth(SIDE);
    now.setPrefWidth(SIDE);
    HBox content = new HBox(12, grid, now);
    content.getStyleClass().add("screen");
    setTop(new VBox(new LiveBar(model, controller), banner(model)));
    setCenter(content);
  }

  private static Label banner(LiveModel model) {
    Label banner = new Label();
    banner.setId("failure");
    banner.getStyleClass().add("banner");
    banner.setWrapText(true);
    banner.setMaxWidth(Double.MAX_VALUE);
    banner.setMinHeight(Region.USE_PREF_SIZE);
    banner.textProperty().bind(model.failure);
    banner.visibleProperty().bind(model.failure.isNotEmpty());
    banner.managedProperty().bind(model.failure.isNotEmpty());
    return banner;
  }

  private static ColumnConstraints column(double percent) {
    ColumnConstraints column = new ColumnConstraints();
    column.setPercentWidth(percent);
    return column;
  }

  private static RowConstraints row(double percent) {
    RowConstraints row = new RowConstraints();
    row.setPercentHeight(percent);
    row.setVgrow(Priority.ALWAYS);
    return row;
  }
}
