package dev.switchyard.views.devices.mesh;

import dev.switchyard.engine.observe.DeviceReport;
import dev.switchyard.engine.observe.MeshTraffic;
import dev.switchyard.engine.store.CsvFile;
import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.MeshPicture;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.control.Label;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.layout.StackPane;

/** What was exchanged in the step: in all, by the chosen device, or along the chosen line. */
final class FlowsCard extends StackPane {
  /** A line of the table: what a device did of it, or the mean of several devices. */
  record Row(int ranks, MeshTraffic.Flow flow) {}

  private final MeshModel model;
  private final TableView<Row> table = new TableView<>();
  private final Card card;

  FlowsCard(MeshModel model, Saving saving) {
    this.model = model;
    table.setId("mesh-flows");
    table.getStyleClass().add("run-table");
    table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_FLEX_LAST_COLUMN);
    Label none = new Label("These devices send one another nothing.");
    none.getStyleClass().add("muted");
    table.setPlaceholder(none);
    column("what", 138, each -> each.flow().what());
    Glossary.explain(column("kind", 84, each -> each.flow().collective()), Term.COLLECTIVE);
    column("a step", 46, each -> Figures.whole(each.flow().count()) + "×");
    Glossary.explain(
        column("sent", 60, each -> Figures.bytes(each.flow().sentBytes())), Term.EXCHANGED_BYTES);
    Glossary.explain(
        column("time", 62, each -> Figures.seconds(each.flow().seconds())), Term.EXCHANGE_TIME);
    card = new Card("Exchanges of the step", "", table);
    card.subtitle().setId("mesh-chosen");
    card.subtitle().setWrapText(true);
    Glossary.explain(card.title(), Term.EXCHANGES);
    ExportMenu menu = ExportMenu.ofTable(saving, "Exchanges of a step", this::csv);
    menu.setId("export-mesh-flows");
    card.withTools(menu);
    setMinHeight(220);
    getChildren().add(card);
    model.step.subscribe(now -> show());
    model.chosen.subscribe(now -> show());
  }

  private TableColumn<Row, String> column(String title, double width, Function<Row, String> text) {
    TableColumn<Row, String> column = new TableColumn<>(title);
    column.setCellValueFactory(cell -> new ReadOnlyStringWrapper(text.apply(cell.getValue())));
    column.setPrefWidth(width);
    column.setMinWidth(width * 0.6);
    column.setSortable(false);
    table.getColumns().add(column);
    return column;
  }

  private void show() {
    MeshHistory.Step step = model.step.get();
    if (step == null) {
      table.getItems().clear();
      card.subtitle().setText("");
      return;
    }
    List<Row> flows =
        switch (model.chosen.get()) {
          case MeshPicture.Device device -> ofDevice(step.devices().get(device.rank()));
          case MeshPicture.Link link -> ofLink(step.devices(), link);
          case null -> ofAll(step.devices());
        };
    if (!flows.equals(table.getItems())) {
      table.getItems().setAll(flows);
    }
    card.subtitle().setText(subtitle(step));
  }

  private String subtitle(MeshHistory.Step step) {
    return switch (model.chosen.get()) {
      case MeshPicture.Device device -> words(step.devices().get(device.rank()));
      case MeshPicture.Link link ->
          "%s among devices %s, mean of a device; waiting for others is in the time"
              .formatted(link.collective(), ranks(link.ranks()));
      case null -> "mean of a device; waiting for others is in the time";
    };
  }

  private static String ranks(List<Integer> ranks) {
    List<String> words = ranks.stream().map(Object::toString).toList();
    return words.size() <= 8
        ? String.join(", ", words)
        : "%s, %s, … %s (%d)".formatted(words.get(0), words.get(1), words.getLast(), words.size());
  }

  private static String words(DeviceReport device) {
    return ("device %d: data %d, expert %d, model %d · rows %d–%d · experts %d–%d of each Switch"
            + " layer · %s tokens · computed %s, exchanged %s, waited %s · %s")
        .formatted(
            device.rank(),
            device.data(),
            device.expert(),
            device.model(),
            device.firstRow(),
            device.firstRow() + device.rows() - 1,
            device.firstExpert(),
            device.firstExpert() + device.experts() - 1,
            Figures.whole(device.tokensReceived()),
            Figures.seconds(device.computeSeconds()),
            Figures.seconds(device.exchangingSeconds()),
            Figures.seconds(device.waitingSeconds()),
            Figures.bytes(device.memoryBytes()));
  }

  private static List<Row> ofDevice(DeviceReport device) {
    return device.exchanges().stream()
        .filter(each -> each.ranks() > 1)
        .map(
            each ->
                new Row(
                    each.ranks(),
                    new MeshTraffic.Flow(
                        each.collective(),
                        each.what(),
                        each.count(),
                        each.bytes(),
                        each.sentBytes(),
                        each.seconds(),
                        each.seconds())))
        .toList();
  }

  private static List<Row> ofLink(List<DeviceReport> devices, MeshPicture.Link link) {
    return MeshTraffic.of(devices).channels().stream()
        .filter(channel -> channel.ranks().equals(link.ranks()))
        .flatMap(channel -> channel.flows().stream())
        .filter(flow -> flow.collective().equals(link.collective()))
        .map(flow -> new Row(link.ranks().size(), flow))
        .toList();
  }

  /** The groups of one kind are alike: their means are put together. */
  private static List<Row> ofAll(List<DeviceReport> devices) {
    record Key(int ranks, String collective, String what) {}
    Map<Key, List<MeshTraffic.Flow>> alike = new LinkedHashMap<>();
    for (MeshTraffic.Channel channel : MeshTraffic.of(devices).channels()) {
      for (MeshTraffic.Flow flow : channel.flows()) {
        Key key = new Key(channel.ranks().size(), flow.collective(), flow.what());
        alike.computeIfAbsent(key, k -> new ArrayList<>()).add(flow);
      }
    }
    List<Row> rows = new ArrayList<>();
    alike.forEach((key, flows) -> rows.add(new Row(key.ranks(), mean(flows))));
    return rows;
  }

  private static MeshTraffic.Flow mean(List<MeshTraffic.Flow> flows) {
    MeshTraffic.Flow first = flows.getFirst();
    return new MeshTraffic.Flow(
        first.collective(),
        first.what(),
        first.count(),
        flows.stream().mapToDouble(MeshTraffic.Flow::bytes).average().orElse(0),
        flows.stream().mapToDouble(MeshTraffic.Flow::sentBytes).average().orElse(0),
        flows.stream().mapToDouble(MeshTraffic.Flow::seconds).average().orElse(0),
        flows.stream().mapToDouble(MeshTraffic.Flow::longestSeconds).max().orElse(0));
  }

  private CsvFile csv() {
    CsvFile csv =
        new CsvFile(
            List.of(
                "collective",
                "what",
                "ranks",
                "count",
                "bytes",
                "sent_bytes",
                "seconds",
                "longest_seconds"));
    for (Row each : table.getItems()) {
      csv.add(
          List.of(
              each.flow().collective(),
              each.flow().what(),
              each.ranks(),
              each.flow().count(),
              each.flow().bytes(),
              each.flow().sentBytes(),
              each.flow().seconds(),
              each.flow().longestSeconds()));
    }
    return csv;
  }
}
