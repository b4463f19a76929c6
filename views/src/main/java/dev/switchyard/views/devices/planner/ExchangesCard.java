package dev.switchyard.views.devices.planner;

import dev.switchyard.engine.plan.Communication;
import dev.switchyard.engine.plan.MeshPlan;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import java.util.function.Function;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.control.Label;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.layout.StackPane;

/** What devices send one another in a step of the chosen mesh. */
final class ExchangesCard extends StackPane {
  private final TableView<Communication> table = new TableView<>();

  ExchangesCard(PlannerModel model) {
    table.setId("plan-exchanges");
    table.getStyleClass().add("run-table");
    table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_FLEX_LAST_COLUMN);
    Label none = new Label("These devices send one another nothing.");
    none.getStyleClass().add("muted");
    table.setPlaceholder(none);
    Glossary.explain(column("what", 190, Communication::what), Term.EXCHANGES);
    column("where", 170, Communication::where);
    Glossary.explain(column("kind", 100, each -> each.collective().word()), Term.COLLECTIVE);
    Glossary.explain(column("devices", 80, each -> Figures.whole(each.ranks())), Term.MESH);
    column("a step", 80, each -> Figures.whole(each.count()) + "×");
    column("bytes each", 100, each -> Figures.bytes(each.bytes()));
    Glossary.explain(
        column("sent a step", 100, each -> Figures.bytes(each.stepSentBytes())),
        Term.EXCHANGED_BYTES);
    Glossary.explain(
        column("time a step", 100, each -> Figures.seconds(each.stepSeconds())),
        Term.EXCHANGE_TIME);
    Glossary.explain(
        column("over", 80, each -> each.overNetwork() ? "network" : "links"), Term.LINKS);
    Card card = new Card("Exchanges", "", table);
    card.subtitle().setId("plan-chosen");
    card.subtitle().textProperty().bind(model.chosen.map(ExchangesCard::summary).orElse(""));
    Glossary.explain(card.title(), Term.EXCHANGES);
    getChildren().add(card);
    setMinHeight(200);
    model.chosen.subscribe(
        now -> table.getItems().setAll(now == null ? List.of() : now.communications()));
  }

  private static String summary(MeshPlan of) {
    return "mesh %s · bound by %s%s%s"
        .formatted(
            of.mesh(),
            of.time().bound(),
            of.expertCapacity() > 0
                ? " · expert capacity of a group " + Figures.whole(of.expertCapacity())
                : "",
            of.isTrainable() ? "" : " · needs adamw to be trained here");
  }

  private TableColumn<Communication, String> column(
      String title, double width, Function<Communication, String> text) {
    TableColumn<Communication, String> column = new TableColumn<>(title);
    column.setCellValueFactory(cell -> new ReadOnlyStringWrapper(text.apply(cell.getValue())));
    column.setPrefWidth(width);
    column.setMinWidth(width * 0.6);
    column.setSortable(false);
    table.getColumns().add(column);
    return column;
  }
}
