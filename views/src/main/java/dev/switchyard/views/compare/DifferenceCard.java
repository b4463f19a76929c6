package dev.switchyard.views.compare;

import dev.switchyard.engine.compare.SettingDifference;
import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.RunColors;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.SettingWords;
import java.util.ArrayList;
import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.collections.ListChangeListener;
import javafx.scene.control.Label;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.StackPane;
import javafx.scene.shape.Rectangle;

/** The settings in which the runs differ, a column for each run. */
final class DifferenceCard extends StackPane {
  private final CompareModel model;
  private final ObservableValue<Theme> theme;
  private final TableView<SettingDifference> table;
  private List<String> columns = List.of();

  DifferenceCard(CompareModel model, ObservableValue<Theme> theme, Saving saving) {
    this.model = model;
    this.theme = theme;
    table = RunTables.table("difference-table", "Two runs or more, with different settings");
    table.setItems(model.differences);
    Card card = new Card("Settings that differ", "only these; all others are the same", table);
    ExportMenu export = ExportMenu.ofTable(saving, "Settings that differ", this::csv);
    export.setId("export-differences");
    card.withTools(export);
    getChildren().add(card);
    model.differences.addListener((ListChangeListener<SettingDifference>) change -> layOut());
    theme.subscribe(now -> layOutAnew());
  }

  private List<ChosenRun> runs() {
    return model.chosen.stream().filter(run -> run.run.get() != null).toList();
  }

  private void layOut() {
    List<String> names = runs().stream().map(model::name).toList();
    if (!names.equals(columns)) {
      layOutAnew();
    }
  }

  private void layOutAnew() {
    columns = runs().stream().map(model::name).toList();
    table.getColumns().clear();
    RunTables.add(table, "setting", null, 120, difference -> difference, SettingCell::new);
    for (int i = 0; i < columns.size(); i++) {
      int run = i;
      TableColumn<SettingDifference, String> column =
          RunTables.add(
              table,
              columns.get(i),
              null,
              68,
              difference -> run < difference.values().size() ? difference.values().get(run) : "",
              ValueCell::new);
      Rectangle swatch =
          new Rectangle(12, 4, RunColors.of(runs().get(i).color, theme.getValue().isDark()));
      Label title = (Label) column.getGraphic();
      title.setGraphic(swatch);
      title.setTooltip(new Tooltip(columns.get(i)));
    }
  }

  private CsvFile csv() {
    List<String> names = new ArrayList<>(List.of("setting"));
    names.addAll(columns);
    CsvFile csv = new CsvFile(names);
    for (SettingDifference difference : model.differences) {
      List<String> line = new ArrayList<>(List.of(difference.setting().name()));
      line.addAll(difference.values());
      csv.add(line);
    }
    return csv;
  }

  /** A setting's name with its meaning on hover. */
  private static final class SettingCell extends TableCell<SettingDifference, SettingDifference> {
    @Override
    protected void updateItem(SettingDifference now, boolean empty) {
      super.updateItem(now, empty);
      setText(empty || now == null ? "" : SettingWords.title(now.setting()));
      setTooltip(empty || now == null ? null : SettingWords.tooltip(now.setting()));
    }
  }

  /** A value, in full on hover. */
  private static final class ValueCell extends TableCell<SettingDifference, String> {
    @Override
    protected void updateItem(String now, boolean empty) {
      super.updateItem(now, empty);
      setText(empty || now == null ? "" : now.isEmpty() ? "–" : now);
      setTooltip(empty || now == null || now.length() < 12 ? null : new Tooltip(now));
    }
  }
}
