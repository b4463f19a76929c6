package dev.switchyard.views.devices.mesh;

import dev.switchyard.engine.observe.DeviceBalance;
import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.MeshPicture;
import dev.switchyard.views.chart.StackedBars;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.StackPane;

/** What each device's time went into. */
final class StepTimesCard extends StackPane {
  private static final double FEW_DEVICES = 236;
  private static final List<String> PARTS = List.of("computed", "exchanged", "waited");

  private final MeshModel model;
  private final StackedBars bars;
  private final Card card;

  StepTimesCard(MeshModel model, ObservableValue<Theme> theme, Saving saving) {
    this.model = model;
    bars = new StackedBars(theme, Figures::seconds, this::choose);
    bars.setId("mesh-times");
    ScrollPane scroll = new ScrollPane(bars);
    scroll.setFitToWidth(true);
    scroll.getStyleClass().add("form-scroll");
    // Of a few devices all are seen.
    bars.prefHeightProperty()
        .subscribe(all -> scroll.setMinHeight(Math.min(all.doubleValue(), FEW_DEVICES)));
    scroll.prefViewportHeightProperty().bind(bars.prefHeightProperty());
    card = new Card("Where the step goes", "", scroll);
    card.subtitle().setId("mesh-balance");
    Glossary.explain(card.title(), Term.BUSY);
    Glossary.explain(card.subtitle(), Term.DEVICE_BALANCE);
    ExportMenu menu = ExportMenu.ofTable(saving, "Devices of a step", this::csv);
    menu.setId("export-mesh-times");
    card.withTools(menu);
    getChildren().add(card);
    model.step.subscribe(now -> show());
    model.chosen.subscribe(now -> show());
  }

  private void choose(int row) {
    model.chosen.set(new MeshPicture.Device(model.step.get().devices().get(row).rank()));
  }

  private void show() {
    MeshHistory.Step step = model.step.get();
    if (step == null) {
      bars.show(StackedBars.Content.EMPTY);
      card.subtitle().setText("");
      return;
    }
    DeviceBalance balance = DeviceBalance.of(step.devices());
    card.subtitle()
        .setText(
            "%s · slowest is device %d, %s of the mean"
                .formatted(
                    Figures.seconds(balance.seconds()),
                    balance.slowest(),
                    Figures.times(balance.compute())));
    int chosen = model.chosen.get() instanceof MeshPicture.Device device ? device.rank() : -1;
    StackedBars.Content content =
        new StackedBars.Content(
            PARTS, step.devices().stream().map(StepTimesCard::row).toList(), Double.NaN, chosen);
    if (!content.equals(bars.content())) {
      bars.show(content);
    }
  }

  private static StackedBars.Row row(DeviceReport device) {
    return new StackedBars.Row(
        "device " + device.rank(),
        "%s tokens · %s"
            .formatted(Figures.whole(device.tokensReceived()), Figures.bytes(device.memoryBytes())),
        List.of(device.computeSeconds(), device.exchangingSeconds(), device.waitingSeconds()),
        false);
  }

  private CsvFile csv() {
    CsvFile csv =
        new CsvFile(
            List.of(
                "step",
                "rank",
                "data",
                "expert",
                "model",
                "first_row",
                "rows",
                "first_expert",
                "experts",
                "tokens_received",
                "compute_seconds",
                "exchanging_seconds",
                "waiting_seconds",
                "memory_bytes"));
    MeshHistory.Step step = model.step.get();
    if (step != null) {
      for (DeviceReport each : step.devices()) {
        csv.add(
            List.of(
                step.number(),
                each.rank(),
                each.data(),
                each.expert(),
                each.model(),
                each.firstRow(),
                each.rows(),
                each.firstExpert(),
                each.experts(),
                each.tokensReceived(),
                each.computeSeconds(),
                each.exchangingSeconds(),
                each.waitingSeconds(),
                each.memoryBytes()));
      }
    }
    return csv;
  }
}
