package dev.switchyard.views.chart;

import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.action.Action;
import dev.switchyard.views.action.OffersActions;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Icons;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.Tooltip;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import org.kordamp.ikonli.feather.Feather;

/** The small menu of a card: its chart as a picture and as data, or its table as data. */
public final class ExportMenu extends MenuButton implements OffersActions {
  private final Saving saving;
  private final Supplier<String> title;

  private ExportMenu(Saving saving, Supplier<String> title) {
    this.saving = saving;
    this.title = title;
    setGraphic(Icons.of(Feather.DOWNLOAD));
    getStyleClass().addAll("sy-button", "icon-only", "export-menu");
    setTooltip(new Tooltip("Save the picture or the data"));
    setAccessibleText("Save the picture or the data");
  }

  /**
   * The menu of a chart.
   *
   * @param title of the chart, when it is saved
   * @param export what it shows then
   */
  public static ExportMenu ofChart(
      Saving saving, Supplier<String> title, Supplier<ChartExport> export) {
    ExportMenu menu = new ExportMenu(saving, title);
    menu.add("Picture (PNG)", Feather.IMAGE, "png", () -> export.get()::png);
    menu.add("Drawing (SVG)", Feather.PEN_TOOL, "svg", () -> export.get()::svg);
    menu.addData(() -> export.get()::csv);
    return menu;
  }

  /** The same with a way back from a stretch of the chart that is zoomed in on. */
  public static ExportMenu ofChart(
      Saving saving, Supplier<String> title, Supplier<String> xName, LineChartPane chart) {
    ExportMenu menu = ofChart(saving, title, () -> chart.export(title.get(), xName.get()));
    MenuItem all = new MenuItem("Show all of it", Icons.of(Feather.MAXIMIZE));
    all.setOnAction(e -> chart.zoomTo(null));
    chart.scaleProperty().subscribe(scale -> all.setDisable(scale.zoom() == null));
    menu.getItems().add(all);
    return menu;
  }

  @Override
  public List<Action> actions() {
    String what = title.get();
    return getItems().stream()
        .filter(item -> !item.isDisable())
        .map(
            item ->
                Action.of(what + item.getText(), what + ": " + item.getText(), item::fire)
                    .foundBy("export save chart table picture"))
        .toList();
  }

  /** The menu of a table. */
  public static ExportMenu ofTable(Saving saving, String title, Supplier<CsvFile> table) {
    ExportMenu menu = new ExportMenu(saving, () -> title);
    menu.setTooltip(new Tooltip("Save the table"));
    menu.addData(
        () -> {
          CsvFile now = table.get();
          return () -> now;
        });
    return menu;
  }

  private void add(String text, Feather icon, String extension, Supplier<Callable<byte[]>> take) {
    MenuItem item = new MenuItem(text, Icons.of(icon));
    item.setId("save-" + extension);
    // What is on the screen now is taken here; the file is made of it elsewhere.
    item.setOnAction(e -> saving.save(this, title.get(), extension, take.get()));
    getItems().add(item);
  }

  private void addData(Supplier<Callable<CsvFile>> take) {
    add(
        "Data (CSV)",
        Feather.GRID,
        "csv",
        () -> {
          Callable<CsvFile> data = take.get();
          return () -> data.call().text().getBytes(StandardCharsets.UTF_8);
        });
    MenuItem copy = new MenuItem("Copy the data", Icons.of(Feather.COPY));
    copy.setId("copy-data");
    copy.setOnAction(e -> saving.compute("copying the data", take.get(), ExportMenu::toClipboard));
    getItems().add(copy);
  }

  private static void toClipboard(CsvFile table) {
    ClipboardContent content = new ClipboardContent();
    content.putString(table.text());
    Clipboard.getSystemClipboard().setContent(content);
  }
}
