package dev.switchyard.views.devices.planner;

import dev.switchyard.engine.plan.MemoryUse;
import dev.switchyard.engine.plan.MeshPlan;
import dev.switchyard.engine.plan.Plan;
import dev.switchyard.views.chart.StackedBars;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javafx.beans.value.ObservableValue;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;

/** The ways to divide the work, each with its memory and its time. */
final class StrategiesCard extends HBox {
  private static final List<String> MEMORY =
      List.of("weights", "gradients", "optimizer", "activations", "exchange");

  private final PlannerModel model;
  private final StackedBars memory;
  private final StackedBars time;

  StrategiesCard(PlannerModel model, ObservableValue<Theme> theme) {
    super(12);
    this.model = model;
    memory = new StackedBars(theme, Figures::bytes, this::choose);
    memory.setId("plan-memory");
    time = new StackedBars(theme, Figures::seconds, this::choose);
    time.setId("plan-time");
    Card memoryCard =
        new Card(
            "Memory of a device",
            "the best mesh of each strategy; the line is what a device has",
            memory);
    Glossary.explain(memoryCard.title(), Term.DEVICE_MEMORY);
    Card timeCard =
        new Card("Time of a step", "what it goes into; choose a row to see its exchanges", time);
    Glossary.explain(timeCard.title(), Term.STEP_TIME);
    HBox.setHgrow(memoryCard, Priority.ALWAYS);
    HBox.setHgrow(timeCard, Priority.ALWAYS);
    memoryCard.setPrefWidth(1);
    timeCard.setPrefWidth(1);
    getChildren().addAll(memoryCard, timeCard);
    model.plan.subscribe(now -> show());
    model.chosen.subscribe(now -> show());
  }

  private void choose(int row) {
    model.chosen.set(model.plan.get().strategies().get(row));
  }

  private void show() {
    Plan plan = model.plan.get();
    if (plan == null) {
      memory.show(StackedBars.Content.EMPTY);
      time.show(StackedBars.Content.EMPTY);
      return;
    }
    MeshPlan shown = model.chosen.get();
    int chosen = shown == null ? -1 : plan.strategies().indexOf(shown);
    memory.show(
        new StackedBars.Content(
            MEMORY,
            rows(plan, each -> parts(each.memory())),
            plan.cluster().deviceMemory() * 1e9,
            chosen));
    List<String> parts = List.copyOf(plan.strategies().getFirst().time().parts().keySet());
    time.show(
        new StackedBars.Content(
            parts,
            rows(plan, each -> List.copyOf(each.time().parts().values())),
            Double.NaN,
            chosen));
  }

  private static List<StackedBars.Row> rows(Plan plan, Function<MeshPlan, List<Double>> parts) {
    List<StackedBars.Row> rows = new ArrayList<>();
    for (MeshPlan each : plan.strategies()) {
      rows.add(
          new StackedBars.Row(
              each.strategy(),
              each.mesh().toString() + (each.fits() ? "" : " · does not fit"),
              parts.apply(each),
              !each.fits()));
    }
    return rows;
  }

  private static List<Double> parts(MemoryUse of) {
    return List.of(of.weights(), of.gradients(), of.optimizer(), of.activations(), of.exchange());
  }
}
