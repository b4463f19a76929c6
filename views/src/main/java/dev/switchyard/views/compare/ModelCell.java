package dev.switchyard.views.compare;

import dev.switchyard.engine.compare.SpeedUpRow;
import dev.switchyard.views.chart.RunColors;
import dev.switchyard.views.theme.Theme;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.OverrunStyle;
import javafx.scene.control.TableCell;
import javafx.scene.control.Tooltip;
import javafx.scene.shape.Line;

/** A model's name beside a piece of its line. */
final class ModelCell extends TableCell<SpeedUpRow, SpeedUpRow> {
  private static final double LENGTH = 18;

  private final CompareModel model;
  private final ObservableValue<Theme> theme;

  ModelCell(CompareModel model, ObservableValue<Theme> theme) {
    this.model = model;
    this.theme = theme;
    getStyleClass().add("model-cell");
    setTextOverrun(OverrunStyle.CENTER_ELLIPSIS); // a twin's name differs at its end
  }

  @Override
  protected void updateItem(SpeedUpRow row, boolean empty) {
    super.updateItem(row, empty);
    boolean gone =
        empty
            || row == null
            || model.chosen.stream().noneMatch(run -> model.name(run).equals(row.model().run()));
    if (gone) {
      setText("");
      setGraphic(null);
      setTooltip(null);
      return;
    }
    Line line = new Line(0, 0, LENGTH, 0);
    line.setStrokeWidth(2.5);
    line.setStroke(RunColors.of(model.runOf(row.model()).color, theme.getValue().isDark()));
    if (row.model().twin()) {
      line.getStrokeDashArray().setAll(6.0, 4.0);
    }
    setGraphic(line);
    setText(row.model().title());
    setTooltip(new Tooltip(row.model().title()));
  }
}
