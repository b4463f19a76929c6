package dev.switchyard.views.train.live;

import dev.switchyard.engine.observe.ProbeReport;
import dev.switchyard.engine.observe.ProbeReport.Layer;
import dev.switchyard.engine.observe.ProbeReport.Probe;
import dev.switchyard.views.chart.ProbeRows;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;

/** How the routing of the run's probes changed: one sentence, one layer, a row for each look. */
final class ProbeCard {
  private final LiveModel model;
  private final ProbeRows rows;
  private final Card card;
  private final Choice<Integer> probe = new Choice<>(4, p -> "probe " + (p + 1));
  private final Choice<String> layer = new Choice<>(6, Figures::layer);
  private final Slider step = new Slider(0, 1, 0);
  private final Label at = new Label();
  private List<ProbeReport> looks = List.of();

  /** While it stands at the newest look it follows the run. */
  private boolean following = true;

  private boolean moving;

  ProbeCard(LiveModel model, ObservableValue<Theme> theme) {
    this.model = model;
    rows = new ProbeRows(theme);
    rows.setId("probe-rows");
    rows.setOnRow(this::choose);
    probe.setId("probe");
    layer.setId("probe-layer");
    step.setId("probe-step");
    step.getStyleClass().add("compact");
    step.setPrefWidth(150);
    step.setBlockIncrement(1);
    at.setId("probe-at");
    at.getStyleClass().add("muted");
    at.setMinWidth(Region.USE_PREF_SIZE);
    card =
        new Card(
            "Probes",
            "the same sentence, routed again and again: see experts take their trades",
            new BorderPane(rows));
    Glossary.explain(card.title(), Term.PROBE);
    Glossary.explain(card.subtitle(), Term.PROBE);
    HBox scrubber = new HBox(8, at, step);
    scrubber.setAlignment(Pos.CENTER);
    card.withTools(scrubber, probe, layer);
    probe.valueProperty().subscribe(p -> showRows());
    layer.valueProperty().subscribe(l -> showRows());
    step.valueProperty()
        .addListener(
            (o, before, now) -> {
              if (!moving) {
                choose((int) Math.round(now.doubleValue()));
              }
            });
    model.session.subscribe(s -> following = true);
    model.snapshot.subscribe(s -> show());
  }

  Card card() {
    return card;
  }

  private void show() {
    List<ProbeReport> now = model.snapshot.get().probes();
    if (now.equals(looks)) {
      return;
    }
    looks = now;
    if (!looks.isEmpty()) {
      List<Probe> newest = looks.getLast().probes();
      probe.setItems(IntStream.range(0, newest.size()).boxed().toList());
      layer.setItems(
          newest.isEmpty()
              ? List.of()
              : newest.getFirst().layers().stream().map(Layer::name).toList());
    }
    showRows();
  }

  private void choose(int row) {
    following = row >= rows.rows().size() - 1;
    show(rows.rows(), Math.clamp(row, 0, Math.max(0, rows.rows().size() - 1)));
  }

  private void showRows() {
    List<ProbeRows.Row> all = new ArrayList<>();
    Integer number = probe.valueProperty().get();
    String name = layer.valueProperty().get();
    long stood =
        rows.chosen() >= 0 && rows.chosen() < rows.rows().size()
            ? rows.rows().get(rows.chosen()).step()
            : 0;
    int chosen = -1;
    Layer before = null;
    for (ProbeReport look : looks) {
      Layer routed = number == null || name == null ? null : of(look, number, name);
      if (routed != null) {
        all.add(new ProbeRows.Row(look.step(), routed, before));
        before = routed;
        chosen = following || look.step() <= stood ? all.size() - 1 : chosen;
      }
    }
    show(all, Math.min(Math.max(chosen, 0), all.size() - 1));
  }

  private static Layer of(ProbeReport look, int number, String name) {
    return number < look.probes().size()
        ? look.probes().get(number).layer(name).orElse(null)
        : null;
  }

  private void show(List<ProbeRows.Row> all, int chosen) {
    List<String> tokens = List.of();
    Integer number = probe.valueProperty().get();
    if (!all.isEmpty() && number != null && number < looks.getLast().probes().size()) {
      tokens = looks.getLast().probes().get(number).tokens(all.getLast().layer());
    }
    rows.show(tokens, all, chosen);
    moving = true;
    step.setMax(Math.max(1, all.size() - 1));
    step.setValue(Math.max(0, chosen));
    moving = false;
    step.setDisable(all.size() < 2);
    at.setText(chosen < 0 ? "" : "step " + Figures.whole(all.get(chosen).step()));
  }
}
