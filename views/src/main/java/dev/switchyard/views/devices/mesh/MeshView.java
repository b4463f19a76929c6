package dev.switchyard.views.devices.mesh;

import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.MeshPicture;
import dev.switchyard.views.component.Beside;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.EmptyState;
import dev.switchyard.views.component.PlainScroll;
import dev.switchyard.views.component.ScreenBar;
import dev.switchyard.views.component.StatePill;
import dev.switchyard.views.component.Worded;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.function.IntConsumer;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Slider;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;

/** Layout of the page: the mesh at the left, where its time goes at the right, balance below. */
final class MeshView extends BorderPane {
  private static final double SIDE = 430;
  private static final double BALANCE = 210;

  private final MeshModel model;
  private final Saving saving;
  private final IntConsumer show;

  /**
   * The page.
   *
   * @param pages stands at the right of its top
   * @param show shows one of the steps that are kept
   */
  MeshView(
      MeshModel model, ObservableValue<Theme> theme, Saving saving, Node pages, IntConsumer show) {
    this.model = model;
    this.saving = saving;
    this.show = show;
    setId("mesh");
    setTop(bar(pages));
    StepTimesCard times = new StepTimesCard(model, theme, saving);
    FlowsCard flows = new FlowsCard(model, saving);
    VBox.setVgrow(flows, Priority.ALWAYS);
    VBox side = new VBox(12, times, flows);
    side.setMinWidth(SIDE);
    side.setPrefWidth(SIDE);
    Region picture = picture(theme);
    HBox.setHgrow(picture, Priority.ALWAYS);
    Beside upper = new Beside(picture, side, 900, 420, 480);
    upper.setMinHeight(480);
    VBox.setVgrow(upper, Priority.ALWAYS);
    BalanceCard balance = new BalanceCard(model, theme, saving);
    balance.setMinHeight(BALANCE);
    balance.setPrefHeight(BALANCE);
    VBox all = new VBox(12, upper, balance);
    all.getStyleClass().add("screen");
    all.visibleProperty().bind(model.step.isNotNull());
    StackPane shown = new StackPane(all, nothing());
    // A scroll pane would take the keyboard from whatever in it was clicked.
    shown.addEventHandler(MouseEvent.MOUSE_PRESSED, MouseEvent::consume);
    ScrollPane scroll = new PlainScroll(shown);
    scroll.setFitToWidth(true);
    scroll.setFitToHeight(true);
    scroll.getStyleClass().addAll("edge-to-edge", "form-scroll");
    setCenter(scroll);
  }

  private Node bar(Node pages) {
    ComboBox<MeshSource> source = new ComboBox<>(model.sources);
    source.setId("mesh-run");
    source.setConverter(new Worded<>(MeshSource::name));
    source.valueProperty().bindBidirectional(model.source);
    source.setMinWidth(180);
    source.visibleProperty().bind(Bindings.isNotEmpty(model.sources));
    StatePill pill = new StatePill();
    pill.setId("mesh-state");
    pill.visibleProperty().bind(model.state.isNotEmpty());
    model.state.subscribe(pill::show);
    Label summary = new Label();
    summary.setId("mesh-summary");
    summary.getStyleClass().add("muted");
    summary.textProperty().bind(model.summary);
    summary.setMaxWidth(Double.MAX_VALUE);
    Glossary.explain(summary, Term.MESH);
    HBox.setHgrow(summary, Priority.ALWAYS);
    return new ScreenBar("Devices", source, pill, summary, pages);
  }

  private Card picture(ObservableValue<Theme> theme) {
    MeshPicture picture = new MeshPicture(theme, model.chosen::set);
    picture.setId("mesh-picture");
    VBox.setVgrow(picture, Priority.ALWAYS);
    Card card =
        new Card(
            "One step, who sends what to whom",
            "bars: tokens of each expert, dashed the mean; lines: width is bytes; click for"
                + " figures",
            new VBox(8, picture, steps()));
    Glossary.explain(card.title(), Term.EXCHANGES);
    ExportMenu menu = ExportMenu.ofChart(saving, this::title, () -> picture.export(title()));
    menu.setId("export-mesh-picture");
    Runnable paint =
        () ->
            picture.show(
                model.step.get() == null
                    ? MeshPicture.Content.EMPTY
                    : MeshPicture.Content.of(
                        model.step.get().number(), model.step.get().devices(), model.chosen.get()));
    model.step.subscribe(step -> paint.run());
    model.chosen.subscribe(part -> paint.run());
    return card.withTools(menu);
  }

  private String title() {
    return "%s, devices at step %s"
        .formatted(
            model.source.get() == null ? "run" : model.source.get().name(),
            model.step.get() == null ? "0" : Figures.whole(model.step.get().number()));
  }

  /** The slider over the steps; at its right end the newest is followed. */
  private Node steps() {
    Label word = new Label("step");
    word.getStyleClass().add("muted");
    word.setMinWidth(Region.USE_PREF_SIZE);
    Label number = new Label();
    number.setId("mesh-step");
    number.getStyleClass().add("mono");
    number.setMinWidth(70);
    number.textProperty().bind(model.step.map(step -> Figures.whole(step.number())).orElse(""));
    Slider slider = new Slider(0, 1, 0);
    slider.setId("mesh-position");
    slider.setBlockIncrement(1);
    HBox.setHgrow(slider, Priority.ALWAYS);
    boolean[] following = {false};
    Runnable place =
        () -> {
          following[0] = true;
          slider.setMax(Math.max(1, model.snapshot.get().steps().size() - 1));
          slider.setValue(model.position.get());
          following[0] = false;
        };
    model.snapshot.subscribe(now -> place.run());
    model.position.subscribe(now -> place.run());
    slider
        .valueProperty()
        .addListener(
            (o, before, now) -> {
              if (!following[0]) {
                show.accept((int) Math.round(now.doubleValue()));
              }
            });
    Label newest = new Label("newest");
    newest.getStyleClass().add("muted");
    newest.setMinWidth(Region.USE_PREF_SIZE);
    newest.visibleProperty().bind(model.following);
    HBox row = new HBox(8, word, number, slider, newest);
    row.setAlignment(Pos.CENTER_LEFT);
    return row;
  }

  private Node nothing() {
    Label why = new Label();
    why.setId("mesh-problem");
    why.getStyleClass().add("muted");
    why.setWrapText(true);
    why.setMaxWidth(520);
    why.textProperty().bind(model.problem);
    EmptyState none =
        new EmptyState(
            Feather.GRID,
            "No devices to show",
            "A run over several devices shows here which experts and rows each holds, what they"
                + " send one another, and how evenly they share the work.",
            why);
    none.visibleProperty().bind(model.step.isNull());
    return none;
  }
}
