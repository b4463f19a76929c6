package dev.switchyard.views.compare;

import dev.switchyard.engine.observe.Measure;
import dev.switchyard.engine.observe.Quantity;
import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.FunctionFormat;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.component.EmptyState;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.collections.ListChangeListener;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.controlsfx.control.SegmentedButton;
import org.kordamp.ikonli.feather.Feather;

/** The chart of all chosen runs, with what is drawn and how. */
final class ChartCard extends StackPane {
  private final CompareModel model;
  private final ObservableValue<Theme> theme;
  private final LineChartPane chart;

  ChartCard(
      CompareModel model, CompareActions actions, ObservableValue<Theme> theme, Saving saving) {
    this.model = model;
    this.theme = theme;
    chart =
        new LineChartPane(
            theme,
            new FunctionFormat(x -> QuantityWords.amount(model.measure.get(), x)),
            y -> QuantityWords.tick(model.quantity.get(), y),
            y -> QuantityWords.value(model.quantity.get(), y));
    chart.setId("compare-chart");
    chart.scaleProperty().bindBidirectional(model.scale);
    VBox.setVgrow(chart, Priority.ALWAYS);
    VBox drawn = new VBox(8, tools(actions), chart);
    EmptyState none =
        new EmptyState(
            Feather.TRENDING_UP,
            "Choose runs to compare",
            "Tick runs at the left, or drop run folders here. Runs that are in training go on"
                + " growing on the chart.");
    none.visibleProperty().bind(Bindings.isEmpty(model.chosen));
    drawn.visibleProperty().bind(Bindings.isNotEmpty(model.chosen));
    getChildren().add(card(new StackPane(drawn, none), saving));
    model.version.subscribe(now -> draw());
    model.quantity.subscribe(now -> draw());
    model.measure.subscribe(now -> zoomOutAndDraw());
    model.smoothing.subscribe(now -> draw());
    model.twins.subscribe(now -> draw());
    model.bridged.subscribe(now -> draw());
    theme.subscribe(now -> draw());
    model.chosen.addListener((ListChangeListener<ChosenRun>) change -> draw());
  }

  private Card card(Node content, Saving saving) {
    Card card = new Card("", "", content);
    card.title()
        .textProperty()
        .bind(model.quantity.map(quantity -> QuantityWords.term(quantity).title()));
    card.subtitle().textProperty().bind(model.quantity.map(QuantityWords::reading));
    model.quantity.subscribe(
        now -> {
          Glossary.explain(card.title(), QuantityWords.term(now));
          Glossary.explain(card.subtitle(), QuantityWords.term(now));
        });
    Label caution = new Label();
    caution.setId("compare-caution");
    caution.getStyleClass().add("caution");
    caution.textProperty().bind(model.caution);
    card.withRemark(caution);
    Choice<Measure> measure = new Choice<>(4, QuantityWords::name);
    measure.setId("compare-measure");
    measure.setItems(List.of(Measure.values()));
    measure.valueProperty().bindBidirectional(model.measure);
    Glossary.explain(measure, Term.TRAINING_FLOPS);
    ExportMenu export =
        ExportMenu.ofChart(
            saving,
            () ->
                "%s by %s"
                    .formatted(
                        QuantityWords.term(model.quantity.get()).title(),
                        QuantityWords.name(model.measure.get())),
            () -> QuantityWords.name(model.measure.get()),
            chart);
    export.setId("export-compare-chart");
    return card.withTools(measure, export);
  }

  private Node tools(CompareActions actions) {
    Choice<Quantity> quantity = new Choice<>(1, q -> QuantityWords.term(q).title());
    quantity.setId("compare-quantity");
    quantity.setItems(List.of(Quantity.values()));
    quantity.valueProperty().bindBidirectional(model.quantity);
    ToggleButton logX = log("log x", "log-x", "The axis of amounts logarithmic");
    ToggleButton logY = log("log y", "log-y", "The axis of values logarithmic");
    logX.setOnAction(e -> actions.logX.run());
    logY.setOnAction(e -> actions.logY.run());
    actions.logX.tell(logX);
    actions.logY.tell(logY);
    model.scale.subscribe(
        now -> {
          logX.setSelected(now.logX());
          logY.setSelected(now.logY());
        });
    SegmentedButton logs = new SegmentedButton(logX, logY);
    logs.setToggleGroup(null);
    ToggleButton twins = log("twins", "twins", "The dense twins too, dashed");
    twins.selectedProperty().bindBidirectional(model.twins);
    actions.twins.tell(twins);
    SegmentedButton twin = new SegmentedButton(twins);
    twin.setToggleGroup(null);
    Region gap = new Region();
    HBox.setHgrow(gap, Priority.ALWAYS);
    HBox tools = new HBox(10, quantity, logs, twin, gap, smoothing());
    tools.setAlignment(Pos.CENTER_LEFT);
    return tools;
  }

  private static ToggleButton log(String text, String id, String tooltip) {
    ToggleButton button = new ToggleButton(text);
    button.setId(id);
    button.setMinWidth(Region.USE_PREF_SIZE);
    button.setTooltip(new Tooltip(tooltip));
    return button;
  }

  private Node smoothing() {
    Label word = Glossary.label(Term.SMOOTHING, "smoothing");
    Slider slider = new Slider(0, 1, model.smoothing.get());
    slider.setId("smoothing");
    slider.setPrefWidth(130);
    slider.setMinWidth(80);
    slider.valueProperty().bindBidirectional(model.smoothing);
    Label steps = new Label();
    steps.setId("smoothing-steps");
    steps.getStyleClass().addAll("mono", "muted");
    steps.setMinWidth(76);
    steps
        .textProperty()
        .bind(
            Bindings.createStringBinding(
                () -> {
                  double window = model.smoothingWindow();
                  return window <= 0
                      ? "raw"
                      : QuantityWords.amount(Measure.STEPS, Math.max(1, Math.round(window)))
                          + " steps";
                },
                model.smoothing,
                model.version,
                model.quantity));
    HBox row = new HBox(8, word, slider, steps);
    row.setAlignment(Pos.CENTER_RIGHT);
    row.setMinWidth(Region.USE_PREF_SIZE);
    return row;
  }

  private void draw() {
    chart.show(new ChartContent(model, theme.getValue().isDark()).content());
  }

  /** A stretch of steps is no stretch of seconds. */
  private void zoomOutAndDraw() {
    chart.zoomTo(null);
    draw();
  }
}
