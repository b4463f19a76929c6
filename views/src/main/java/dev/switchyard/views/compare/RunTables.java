package dev.switchyard.views.compare;

import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.function.Function;
import java.util.function.Supplier;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.control.Label;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;

/** The tables of the screen. */
final class RunTables {
  private RunTables() {}

  static <R> TableView<R> table(String id, String empty) {
    TableView<R> table = new TableView<>();
    table.setId(id);
    table.getStyleClass().add("run-table");
    table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_ALL_COLUMNS);
    Label none = new Label(empty);
    none.getStyleClass().add("muted");
    table.setPlaceholder(none);
    return table;
  }

  /**
   * Adds a column.
   *
   * @param term explained on hover over its name; may be null
   */
  static <R, V> TableColumn<R, V> add(
      TableView<R> table,
      String name,
      Term term,
      double width,
      Function<R, V> value,
      Supplier<TableCell<R, V>> cell) {
    TableColumn<R, V> column = new TableColumn<>();
    Label title = new Label(name);
    title.setMinWidth(0);
    title.getStyleClass().add("column-title");
    if (term != null) {
      Glossary.explain(title, term);
    }
    column.setGraphic(title);
    column.setPrefWidth(width);
    column.setMinWidth(width * 0.75);
    column.setCellValueFactory(row -> new SimpleObjectProperty<>(value.apply(row.getValue())));
    column.setCellFactory(c -> cell.get());
    table.getColumns().add(column);
    return column;
  }
}
