package dev.switchyard.views.inspect;

import dev.switchyard.engine.observe.ExpertSimilarity;
import dev.switchyard.views.chart.ExportMenu;
import dev.switchyard.views.chart.SimilarityMatrix;
import dev.switchyard.views.component.Card;
import dev.switchyard.views.component.Choice;
import dev.switchyard.views.component.EmptyState;
import dev.switchyard.views.task.Saving;
import dev.switchyard.views.theme.Theme;
import dev.switchyard.views.words.Figures;
import dev.switchyard.views.words.Glossary;
import dev.switchyard.views.words.Term;
import java.util.List;
import javafx.beans.binding.Bindings;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.Label;
import javafx.scene.layout.StackPane;
import org.kordamp.ikonli.feather.Feather;

/** How alike the experts of a layer are. */
final class ExpertCard extends StackPane {
  private static final int SIDE_BY_SIDE = 3;

  private final InspectModel model;
  private final SimilarityMatrix matrix;

  ExpertCard(InspectModel model, ObservableValue<Theme> theme, Saving saving) {
    this.model = model;
    matrix = new SimilarityMatrix(theme);
    matrix.setId("similarity");
    setMinHeight(220);
    matrix.visibleProperty().bind(model.similarity.isNotNull());
    EmptyState none =
        new EmptyState(
            Feather.GRID,
            "No experts here",
            "This model's layers are dense: there is nothing to compare.");
    none.visibleProperty().bind(model.layer.isNull());
    Label waiting = new Label();
    waiting.setId("similarity-problem");
    waiting.getStyleClass().add("muted");
    waiting.setWrapText(true);
    waiting
        .textProperty()
        .bind(
            Bindings.when(model.similarityProblem.isEmpty())
                .then("comparing …")
                .otherwise(model.similarityProblem));
    waiting.visibleProperty().bind(model.layer.isNotNull().and(model.similarity.isNull()));
    Card card = new Card("How alike experts are", "", new StackPane(none, waiting, matrix));
    Glossary.explain(card.title(), Term.COSINE);
    card.subtitle().setId("similarity-summary");
    card.subtitle()
        .textProperty()
        .bind(model.similarity.map(ExpertCard::summary).orElse("cosines of two experts' weights"));
    ExportMenu export = ExportMenu.ofChart(saving, this::title, () -> matrix.export(title()));
    export.setId("export-similarity");
    export.visibleProperty().bind(model.similarity.isNotNull());
    card.withTools(what(), layers(), export);
    getChildren().add(card);
    model.similarity.subscribe(now -> show());
    model.ofRouter.subscribe(now -> show());
  }

  private String title() {
    return model.layer.get() == null
        ? "How alike experts are"
        : "How alike experts are, " + name(model.layer.get());
  }

  private Choice<Boolean> what() {
    Choice<Boolean> what = new Choice<>(2, router -> router ? "router rows" : "weights");
    what.setId("similarity-of");
    what.setItems(List.of(false, true));
    what.valueProperty().addListener((o, before, now) -> model.ofRouter.set(now));
    model.ofRouter.subscribe(now -> what.valueProperty().set(now));
    what.visibleProperty().bind(model.layer.isNotNull());
    return what;
  }

  private Choice<String> layers() {
    Choice<String> layers = new Choice<>(SIDE_BY_SIDE, ExpertCard::name);
    layers.setId("expert-layers");
    model.subject.subscribe(
        now -> {
          if (now != null) {
            layers.setItems(now.layers());
          }
        });
    layers
        .valueProperty()
        .addListener(
            (o, before, now) -> {
              if (now != null) {
                model.layer.set(now);
              }
            });
    model.layer.subscribe(
        now -> {
          if (now != null) {
            layers.valueProperty().set(now);
          }
        });
    layers.visibleProperty().bind(model.layer.isNotNull());
    return layers;
  }

  /** encoder.block.1.layer.1.mlp is enc 1: what charts call the block. */
  private static String name(String layer) {
    String[] parts = layer.split("\\.");
    return parts.length < 3 ? layer : Figures.layer(String.join(".", parts[0], parts[1], parts[2]));
  }

  private static String summary(ExpertSimilarity of) {
    return "mean cosine %s between two experts%s · orange: alike, white: unrelated, blue: opposite"
        .formatted(
            Figures.decimal(of.meanOfPairs(), 3),
            of.compared() < of.held()
                ? ", by %s of their %s weights"
                    .formatted(Figures.compact(of.compared()), Figures.compact(of.held()))
                : "");
  }

  private void show() {
    ExpertSimilarity of = model.similarity.get();
    if (of == null) {
      matrix.show(SimilarityMatrix.Content.EMPTY);
      return;
    }
    boolean router = model.ofRouter.get() && of.router().length > 0;
    matrix.show(new SimilarityMatrix.Content(of.experts(), router ? of.router() : of.weights()));
  }
}
