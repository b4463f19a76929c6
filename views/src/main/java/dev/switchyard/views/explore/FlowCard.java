package dev.switchyard.views.explore;

import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.RoutingFlow;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import javafx.beans.property.ObjectProperty;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.Label;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** The tokens' flow to the experts of a layer, or through all layers of its stack. */
final class FlowCard extends StackPane {
  private final ExploreModel model;
  private final RoutingFlow flow;
  private final Choice<Boolean> through =
      new Choice<>(2, all -> all ? "Layer to layer" : "Tokens to experts");
  private final Card card;

  FlowCard(
      ExploreModel model,
      ObservableValue<Theme> theme,
      ExploreController controller,
      Saving saving) {
    this.model = model;
    flow = new RoutingFlow(theme);
    flow.setId("flow");
    flow.setOnToken(token -> controller.choose(model.layer.get(), token));
    flow.setOnExpert(controller::chooseExpert);
    VBox.setVgrow(flow, Priority.ALWAYS);
    Label reading = new Label();
    reading.setId("flow-reading");
    reading.getStyleClass().addAll("muted", "why");
    reading.setMinHeight(Region.USE_PREF_SIZE);
    reading
        .textProperty()
        .bind(
            flow.readingProperty()
                .map(words -> words.isEmpty() ? "Point at a ribbon or an expert." : words));
    card = new Card("From tokens to experts", "", new VBox(6, flow, reading));
    through.setId("flow-through");
    through.setItems(List.of(false, true));
    ExportMenu export =
        ExportMenu.ofChart(
            saving, this::title, () -> flow.export(title(), RoutingData.taken(model)));
    export.setId("export-flow");
    card.withTools(through, export);
    Glossary.explain(card.title(), Term.FLOW);
    getChildren().add(card);
    ObjectProperty<Boolean> all = through.valueProperty();
    all.subscribe(a -> show());
    model.trace.subscribe(t -> show());
    model.layer.subscribe(l -> show());
    model.token.subscribe(t -> show());
    model.expert.subscribe(e -> show());
    model.page.subscribe(p -> show());
  }

  private String title() {
    return "Flow of tokens " + (model.routing() == null ? "" : where());
  }

  private String where() {
    boolean all = Boolean.TRUE.equals(through.valueProperty().get());
    return all
        ? "through the Switch layers of the " + (model.routing().encoder() ? "encoder" : "decoder")
        : "to the experts of " + Figures.layerInWords(model.routing().name());
  }

  private void show() {
    if (model.page.get() != Page.FLOW) {
      return; // nobody sees it: a slider need not wait for it
    }
    boolean all = Boolean.TRUE.equals(through.valueProperty().get());
    flow.show(model.trace.get(), model.layer.get(), all, model.token.get(), model.expert.get());
    card.subtitle()
        .setText(
            model.routing() == null
                ? ""
                : where()
                    + "; a ribbon is as wide as its tokens, what is dropped flows into the bin");
  }
}
