package dev.switchyard.views.train.live;

import dev.switchyard.views.component.Beside;
import dev.switchyard.views.component.Buttons;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Appearance;
import dev.switchyard.views.theme.Theme;
import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.RowConstraints;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** Layout of the live screen. */
final class LiveView extends BorderPane {
  private static final double SIDE = 272;

  /** So high that the lowest charts can be read; in a lower window the screen scrolls. */
  private static final double LEAST = 430;

  private static final double LEAST_WITH_PROBES = 600;

  LiveView(
      LiveModel model,
      Appearance appearance,
      Saving saving,
      LiveController controller,
      Node change) {
    setId("live");
    ObservableValue<Theme> theme = appearance.themeProperty();
    LiveCharts charts = new LiveCharts(model, theme, saving);
    Card dropped =
        new RouterCard(
                "dropped-chart",
                List.of(RouterChart.DROPPED, RouterChart.ENTROPY, RouterChart.CONFIDENCE),
                model,
                theme,
                saving)
            .card();
    Card balance =
        new RouterCard(
                "balance-chart",
                List.of(RouterChart.BALANCE, RouterChart.Z_LOSS, RouterChart.UPDATES),
                model,
                theme,
                saving)
            .card();
    GridPane grid = new GridPane(12, 12);
    grid.add(charts.quality(), 0, 0);
    grid.add(charts.load(), 1, 0);
    grid.add(dropped, 0, 1);
    grid.add(balance, 1, 1);
    grid.getColumnConstraints().addAll(column(52), column(48));
    addProbes(grid, new ProbeCard(model, theme).card(), model);
    grid.setMinWidth(0);
    Card tokens = new BatchPage(model, theme, saving).card();
    StackPane main = new StackPane(grid);
    main.setMinWidth(0);
    HBox.setHgrow(main, Priority.ALWAYS);
    model.tokens.subscribe(shown -> main.getChildren().setAll(shown ? tokens : grid));
    NowCard now = new NowCard(model);
    StackPane side = new StackPane(now, change);
    now.visibleProperty().bind(change.visibleProperty().not());
    side.setMinWidth(SIDE);
    side.setPrefWidth(SIDE);
    Beside content = new Beside(main, side, 1000, 620, 520);
    content.getStyleClass().add("screen");
    setTop(new VBox(new LiveBar(model, controller), banner(model, controller)));
    setCenter(content);
  }

  /** The lowest row, where the run has probes. */
  private static void addProbes(GridPane grid, Card probes, LiveModel model) {
    grid.add(probes, 0, 2, 2, 1);
    model.snapshot.subscribe(
        now -> {
          boolean some = !now.probes().isEmpty();
          if (probes.isVisible() != some || grid.getRowConstraints().isEmpty()) {
            probes.setVisible(some);
            probes.setManaged(some);
            grid.setMinHeight(some ? LEAST_WITH_PROBES : LEAST);
            grid.getRowConstraints()
                .setAll(some ? List.of(row(40), row(33), row(27)) : List.of(row(56), row(44)));
          }
        });
  }

  /** Why the run failed, and what can be done about it here. */
  private static Node banner(LiveModel model, LiveController controller) {
    Label words = new Label();
    words.setId("failure");
    words.setWrapText(true);
    words.setMaxWidth(Double.MAX_VALUE);
    words.setMinHeight(Region.USE_PREF_SIZE);
    words.textProperty().bind(model.failure);
    HBox.setHgrow(words, Priority.ALWAYS);
    Button goOn = Buttons.plain("Go on from the checkpoint", Feather.REWIND, controller::change);
    goOn.setId("go-on-changed");
    goOn.visibleProperty().bind(model.elsewhere.not());
    HBox banner = new HBox(16, words, goOn);
    banner.getStyleClass().add("banner");
    banner.setAlignment(Pos.CENTER_LEFT);
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
