package dev.switchyard.engine.microscope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.data.LabelledTexts;
import dev.switchyard.engine.observe.ExpertPreferences;
import dev.switchyard.engine.observe.ExpertPreferences.Preference;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationListener;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.TokenText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

/** Routers whose taste is known. */
final class ExpertSurveyTest {
  private static final int EXPERTS = 4;

  /** Routes letters by a rule. */
  private record Ruled(ToIntFunction<String> rule, int experts) implements Microscope {
    @Override
    public Subject subject() {
      return new Subject("ruled", "", experts, 1, false, List.of(), "top_1", List.of());
    }

    @Override
    public CompletableFuture<List<RoutingTrace>> routeAll(Request request) {
      if (request.texts().contains("xx")) {
        return CompletableFuture.failedFuture(new InputException("The text is xx."));
      }
      return CompletableFuture.completedFuture(request.texts().stream().map(this::trace).toList());
    }

    private RoutingTrace trace(String text) {
      int n = text.length();
      int[] expert = new int[n];
      boolean[] kept = new boolean[n];
      List<TokenText> tokens = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        String letter = text.substring(i, i + 1);
        tokens.add(new TokenText(letter.charAt(0), letter, i, i + 1));
        expert[i] = rule.applyAsInt(letter);
        kept[i] = i % 2 == 0;
      }
      LayerRouting layer =
          new LayerRouting(
              "decoder.block.1",
              false,
              1,
              experts,
              n,
              expert,
              new float[n],
              new int[n],
              kept,
              new float[n][experts],
              new int[experts],
              1);
      return new RoutingTrace(List.of(), tokens, List.of(layer), 1, 1);
    }

    @Override
    public CompletableFuture<List<Generation>> generate(
        Prompt prompt, GenerationListener listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  /** Texts of four letters; each letter's label is itself in upper case. */
  private static LabelledTexts letters() {
    Random random = new Random(5);
    List<LabelledTexts.Text> texts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String letter = String.valueOf((char) ('a' + random.nextInt(EXPERTS)));
      texts.add(
          new LabelledTexts.Text(letter.repeat(20), List.of(letter.toUpperCase(Locale.ROOT))));
    }
    return new LabelledTexts(texts, "letters");
  }

  private static ExpertPreferences survey(ToIntFunction<String> rule) {
    return ExpertSurvey.of(new Ruled(rule, EXPERTS), letters(), share -> {}, () -> true);
  }

  @Test
  void expertsThatAreLabelsKnowAllOfThem() {
    ExpertPreferences found = survey(letter -> letter.charAt(0) - 'a');
    ExpertPreferences.Layer layer = found.layers().getFirst();
    assertThat(found.texts()).isEqualTo(100);
    assertThat(found.tokens()).isEqualTo(2000);
    assertThat(found.labels()).containsExactly("A", "B", "C", "D");
    assertThat(layer.choices()).isEqualTo(2000);
    assertThat(layer.dropped()).isEqualTo(0.5);
    // less what chance gives: 3 x 3 / (2 x 2000)
    assertThat(layer.labelInformation()).isCloseTo(layer.labelEntropy() - 9.0 / 4000, within(1e-9));
    assertThat(layer.tokenInformation()).isCloseTo(layer.labelInformation(), within(1e-9));
    Preference first = layer.experts().get(2).tokens().getFirst();
    assertThat(first.name()).isEqualTo("c");
    assertThat(first.share()).isEqualTo(1);
    assertThat(first.information())
        .isCloseTo(-Math.log(layer.experts().get(2).share()), within(1e-9));
    assertThat(layer.experts().get(2).labels()).extracting(Preference::name).containsExactly("C");
  }

  @Test
  void expertsThatAreDrawnKnowNothing() {
    Random random = new Random(3);
    ExpertPreferences.Layer layer = survey(letter -> random.nextInt(EXPERTS)).layers().getFirst();
    // the estimate's own spread is about 1 / 2000
    assertThat(layer.labelInformation()).isLessThan(0.004);
    assertThat(layer.experts()).allSatisfy(e -> assertThat(e.share()).isBetween(0.2, 0.3));
  }

  @Test
  void progressIsHeardAndItEndsWhereItIsNotWanted() {
    List<Double> heard = new ArrayList<>();
    ExpertSurvey.of(new Ruled(l -> 0, EXPERTS), letters(), heard::add, () -> true);
    assertThat(heard).isSorted().endsWith(1.0).hasSizeGreaterThan(3);
    assertThatThrownBy(
            () ->
                ExpertSurvey.of(
                    new Ruled(l -> 0, EXPERTS), letters(), heard::add, () -> heard.size() < 9))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void longTextsAreReadByTheirBeginning() {
    String longer = "aé".repeat(2000);
    LabelledTexts texts =
        new LabelledTexts(List.of(new LabelledTexts.Text(longer, List.of())), "long");
    ExpertPreferences found =
        ExpertSurvey.of(new Ruled(l -> 0, EXPERTS), texts, s -> {}, () -> true);
    // three bytes for two letters
    assertThat(found.tokens()).isBetween(600L, 667L);
  }

  @Test
  void problemsComeAsTheyAre() {
    LabelledTexts bad = new LabelledTexts(List.of(new LabelledTexts.Text("xx", List.of())), "bad");
    assertThatThrownBy(() -> ExpertSurvey.of(new Ruled(l -> 0, EXPERTS), bad, s -> {}, () -> true))
        .isInstanceOf(InputException.class)
        .hasMessage("The text is xx.");
    assertThatThrownBy(() -> ExpertSurvey.of(new Ruled(l -> 0, 0), bad, s -> {}, () -> true))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is a dense model");
  }
}
