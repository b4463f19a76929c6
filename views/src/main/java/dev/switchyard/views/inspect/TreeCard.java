package dev.switchyard.views.inspect;

import dev.switchyard.views.component.Card;
import dev.switchyard.views.inspect.WeightTree.Row;
import dev.switchyard.views.theme.Icons;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.function.Function;
import java.util.stream.Collectors;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.control.TreeTableCell;
import javafx.scene.control.TreeTableColumn;
import javafx.scene.control.TreeTableView;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.controlsfx.control.textfield.CustomTextField;
import org.kordamp.ikonli.feather.Feather;

/** All tensors of the model by name, with their shapes. */
final class TreeCard extends StackPane {
  private final InspectModel model;
  private final TreeTableView<Row> table = new TreeTableView<>();

  TreeCard(InspectModel model) {
    this.model = model;
    CustomTextField search = new CustomTextField();
    search.setId("search-weights");
    search.setPromptText("Search by parts of the name: encoder router");
    search.setLeft(Icons.of(Feather.SEARCH));
    search.getStyleClass().add("search");
    search.textProperty().bindBidirectional(model.search);
    table.setId("weights");
    table.getStyleClass().add("run-table");
    table.setColumnResizePolicy(TreeTableView.CONSTRAINED_RESIZE_POLICY_FLEX_LAST_COLUMN);
    table.setPlaceholder(new Label("No tensor has such a name."));
    table.getColumns().add(nameColumn());
    explained(Term.SHAPE, column("Shape", 96, TreeCard::shape));
    explained(Term.PARAMETERS, column("Numbers", 84, row -> Figures.compact(row.elements())));
    explained(Term.NUMBER_TYPE, column("Type", 60, r -> r.isTensor() ? r.weight().type() : ""));
    table
        .getSelectionModel()
        .selectedItemProperty()
        .addListener((o, before, now) -> choose(now == null ? null : now.getValue()));
    VBox.setVgrow(table, Priority.ALWAYS);
    getChildren()
        .add(
            new Card(
                "Parameters",
                "every tensor in the model's files; choose one to read it",
                new VBox(8, search, table)));
    model.tree.subscribe(table::setRoot);
  }

  private void explained(Term term, TreeTableColumn<Row, String> column) {
    Glossary.explain(column, term);
    table.getColumns().add(column);
  }

  private static TreeTableColumn<Row, String> column(
      String title, double width, Function<Row, String> text) {
    TreeTableColumn<Row, String> column = new TreeTableColumn<>(title);
    column.setCellValueFactory(
        cell -> new ReadOnlyStringWrapper(text.apply(cell.getValue().getValue())));
    column.setPrefWidth(width);
    column.setMinWidth(width);
    column.setSortable(false);
    column.setReorderable(false);
    return column;
  }

  private static TreeTableColumn<Row, String> nameColumn() {
    TreeTableColumn<Row, String> names = column("Name", 220, Row::part);
    names.setCellFactory(
        c ->
            new TreeTableCell<>() {
              @Override
              protected void updateItem(String part, boolean empty) {
                super.updateItem(part, empty);
                setText(empty ? null : part);
                Row row = empty ? null : getTableRow().getItem();
                setTooltip(row == null || row.path().isEmpty() ? null : new Tooltip(row.path()));
              }
            });
    return names;
  }

  private static String shape(Row row) {
    if (!row.isTensor()) {
      return Figures.count(row.tensors(), "tensor");
    }
    return row.weight().shape().isEmpty()
        ? "one number"
        : row.weight().shape().stream().map(String::valueOf).collect(Collectors.joining(" × "));
  }

  private void choose(Row row) {
    if (row == null) {
      return;
    }
    if (row.isTensor()) {
      model.weight.set(row.weight());
    }
    model.subject.get().layers().stream()
        .filter(layer -> row.path().equals(layer) || row.path().startsWith(layer + "."))
        .findFirst()
        .ifPresent(model.layer::set);
  }
}
