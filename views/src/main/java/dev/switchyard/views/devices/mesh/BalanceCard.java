package dev.switchyard.views.devices.mesh;

import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.FunctionFormat;
import dev.switchyard.views.chart.LineChartPane;
import dev.switchyard.views.chart.LineChartPane.Content;
import dev.switchyard.views.chart.LineChartPane.Line;
import dev.switchyard.views.chart.RunColors;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;

/** How evenly the devices shared the work, over the steps of the run. */
final class BalanceCard extends HBox {
  /** Lines that are close to even keep their names above the axis. */
  private static final double BELOW_EVEN = 0.9;

  private final MeshModel model;
  private final ObservableValue<Theme> theme;
  private final Saving saving;
  private final LineChartPane balance;
  private final LineChartPane shares;

  BalanceCard(MeshModel model, ObservableValue<Theme> theme, Saving saving) {
    super(12);
    this.model = model;
    this.theme = theme;
    this.saving = saving;
    FunctionFormat steps = new FunctionFormat(s -> Figures.whole(Math.round(s)));
    balance = new LineChartPane(theme, steps, y -> Figures.decimal(y, 2));
    balance.setId("mesh-balance-chart");
    shares = new LineChartPane(theme, steps, Figures::percent);
    shares.setId("mesh-shares-chart");
    Card even =
        new Card("Balance between devices", "most of a device over the mean; 1 is even", balance);
    Glossary.explain(even.title(), Term.DEVICE_BALANCE);
    Card lost =
        new Card(
            "Time without computing", "share of the devices’ time, exchanging or waiting", shares);
    Glossary.explain(lost.title(), Term.BUSY);
    for (Card card : List.of(even, lost)) {
      HBox.setHgrow(card, Priority.ALWAYS);
      card.setPrefWidth(1);
    }
    getChildren().addAll(even.withTools(menu(even, balance)), lost.withTools(menu(lost, shares)));
    model.snapshot.subscribe(now -> show());
    theme.subscribe(now -> show());
  }

  private ExportMenu menu(Card card, LineChartPane chart) {
    ExportMenu menu =
        ExportMenu.ofChart(
            saving,
            () ->
                "%s, %s"
                    .formatted(
                        model.source.get() == null ? "run" : model.source.get().name(),
                        card.title().getText()),
            () -> "step",
            chart);
    menu.setId("export-" + chart.getId());
    return menu;
  }

  private void show() {
    double[][] table = model.snapshot.get().balance();
    boolean dark = theme.getValue().isDark();
    double[] steps = table[MeshHistory.STEP];
    balance.show(
        Content.of(
            List.of(
                line("tokens", 1, dark, steps, table[MeshHistory.TOKENS]),
                line("computing", 0, dark, steps, table[MeshHistory.COMPUTE])),
            BELOW_EVEN));
    shares.show(
        Content.of(
            List.of(
                line("exchanging", 1, dark, steps, table[MeshHistory.EXCHANGING]),
                line("waiting", 7, dark, steps, table[MeshHistory.WAITING])),
            0));
  }

  private static Line line(String name, int color, boolean dark, double[] x, double[] y) {
    return new Line(name, RunColors.of(color, dark), 1.8, x, y);
  }
}
