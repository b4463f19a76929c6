package dev.switchyard.views.devices.planner;

import dev.switchyard.engine.plan.MeshPlan;
import dev.switchyard.engine.plan.Plan;
import dev.switchyard.engine.train.Workbench;
import dev.switchyard.views.component.Beside;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.EmptyState;
import dev.switchyard.views.component.ScreenBar;
import dev.switchyard.views.component.SettingField;
import dev.switchyard.views.component.SettingValue;
import dev.switchyard.views.component.Worded;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import java.util.Collection;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.TilePane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** Layout of the planner: assumptions at the left, what they lead to at the right. */
final class PlannerView extends BorderPane {
  private static final double SIDE = 400;
  private static final double FIELD = 172;

  private final PlannerModel model;

  PlannerView(PlannerModel model, ObservableValue<Theme> theme, Node pages) {
    this.model = model;
    setId("planner");
    setTop(bar(pages));
    Card assumptions = new Card("Assumptions", "all of them can be changed", assumptions());
    assumptions.setMinWidth(SIDE);
    assumptions.setPrefWidth(SIDE);
    StackPane outcome = new StackPane(results(theme), nothing());
    HBox.setHgrow(outcome, Priority.ALWAYS);
    Beside both = new Beside(assumptions, outcome, 1000, 420, 560);
    both.getStyleClass().add("screen");
    setCenter(both);
  }

  private Node bar(Node pages) {
    ComboBox<Workbench.Preset> preset = new ComboBox<>(model.presets);
    preset.setId("plan-preset");
    preset.setConverter(new Worded<>(Workbench.Preset::name));
    preset.valueProperty().bindBidirectional(model.preset);
    preset.setMinWidth(200);
    Label detail = new Label();
    detail.setId("plan-summary");
    detail.getStyleClass().add("muted");
    detail.textProperty().bind(model.plan.map(PlannerView::summary).orElse(""));
    HBox.setHgrow(detail, Priority.ALWAYS);
    detail.setMaxWidth(Double.MAX_VALUE);
    return new ScreenBar("Devices", preset, detail, pages);
  }

  private static String summary(Plan plan) {
    MeshPlan first = plan.strategies().getFirst();
    return "%s parameters on %s devices · %s"
        .formatted(
            Figures.compact(plan.parameters()),
            Figures.whole(plan.cluster().devices()),
            plan.best() == null
                ? "no way to divide it fits"
                : "best: %s, %s a step, %s tokens a second"
                    .formatted(
                        first.mesh(),
                        Figures.seconds(first.time().total()),
                        PlannerController.tokensPerSecond(plan, first)));
  }

  private Node assumptions() {
    VBox all =
        new VBox(
            10,
            heading("The cluster"),
            fields(model.cluster.values()),
            heading("The work"),
            fields(model.workload.values()));
    ScrollPane scroll = new ScrollPane(all);
    scroll.setFitToWidth(true);
    scroll.getStyleClass().add("form-scroll");
    return scroll;
  }

  private static Label heading(String text) {
    Label heading = new Label(text);
    heading.getStyleClass().add("strong");
    return heading;
  }

  private static Node fields(Collection<SettingValue> settings) {
    TilePane fields = new TilePane(12, 10);
    fields.setPrefTileWidth(FIELD);
    fields.setTileAlignment(Pos.TOP_LEFT);
    settings.forEach(setting -> fields.getChildren().add(new SettingField(setting)));
    return fields;
  }

  private Node results(ObservableValue<Theme> theme) {
    StrategiesCard strategies = new StrategiesCard(model, theme);
    ExchangesCard exchanges = new ExchangesCard(model);
    VBox.setVgrow(exchanges, Priority.ALWAYS);
    VBox results = new VBox(12, strategies, exchanges);
    results.visibleProperty().bind(model.plan.isNotNull());
    return results;
  }

  private Node nothing() {
    Label why = new Label();
    why.setId("plan-problem");
    why.getStyleClass().add("problem");
    why.setWrapText(true);
    why.setMaxWidth(520);
    why.textProperty().bind(model.problem);
    EmptyState none =
        new EmptyState(
            Feather.GRID, "No plan for these assumptions", "Change what stands at the left.", why);
    none.visibleProperty().bind(Bindings.isNotEmpty(model.problem).and(model.plan.isNull()));
    return none;
  }
}
