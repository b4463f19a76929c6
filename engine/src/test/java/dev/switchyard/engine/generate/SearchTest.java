package dev.switchyard.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.model.IncrementalDecoder;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.model.TinyModel;
import dev.switchyard.engine.observe.GenerationListener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over a vocabulary so small that every text can be tried. */
final class SearchTest {
  private static final int LONGEST = 3;
  private static final Vocabulary FIVE = new Vocabulary(5, 5, 1);
  private static final List<int[]> PROMPTS = List.of(new int[] {3, 2, 4, 1}, new int[] {2, 1});

  private final SwitchTransformer model =
      new SwitchTransformer(
          TinyModel.config(Map.of("vocab_size", 5)),
          TinyModel.routing(Map.of()),
          new ReferenceBackend(),
          11);

  @AfterEach
  void close() {
    model.close();
  }

  private IncrementalDecoder decoder(List<int[]> prompts, int beams) {
    return new IncrementalDecoder(
        model, prompts, Collections.nCopies(prompts.size(), new int[1]), beams);
  }

  private List<Hypothesis> search(Search search, List<int[]> prompts, int longest) {
    try (IncrementalDecoder decoder = decoder(prompts, search.rowsPerPrompt())) {
      return search.search(decoder, FIVE, longest);
    }
  }

  private static BeamSearch beam(int beams, double lengthPenalty) {
    return new BeamSearch(beams, lengthPenalty, StepDetail.NONE, GenerationListener.NONE);
  }

  private static RowByRow rowByRow(TokenChoice choice) {
    return new RowByRow(choice, StepDetail.NONE, GenerationListener.NONE);
  }

  /** Scores of all texts of at most {@code longest} tokens that end, by their tokens. */
  private void scores(
      int[] prompt,
      List<Integer> text,
      double logProbability,
      double alpha,
      Map<String, Double> to) {
    for (int token = 0; token < 5; token++) {
      double longer;
      try (IncrementalDecoder decoder = decoder(List.of(prompt), 1)) {
        text.forEach(t -> decoder.append(new int[] {t}));
        longer = logProbability + FIVE.next(decoder, 0).logProbability(token);
      }
      List<Integer> all = new ArrayList<>(text);
      all.add(token);
      if (token == FIVE.end()) {
        to.put(all.toString(), longer / Math.pow((5.0 + all.size()) / 6, alpha));
      } else if (all.size() < LONGEST) {
        scores(prompt, all, longer, alpha, to);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.6, 5})
  void aBeamThatHoldsAllTextsFindsTheBestOfAll(double alpha) {
    List<Hypothesis> found = search(beam(64, alpha), PROMPTS, LONGEST);
    for (int p = 0; p < PROMPTS.size(); p++) {
      Map<String, Double> all = new TreeMap<>();
      scores(PROMPTS.get(p), List.of(), 0, alpha, all);
      assertThat(all).hasSize(1 + 4 + 16);
      String best = Collections.max(all.entrySet(), Map.Entry.comparingByValue()).getKey();
      List<Integer> tokens = new ArrayList<>(found.get(p).ids(FIVE.end()));
      tokens.add(FIVE.end());
      assertThat(tokens).hasToString(best);
      double score = found.get(p).logProbability() / Math.pow((5.0 + tokens.size()) / 6, alpha);
      assertThat(score).isCloseTo(all.get(best), within(1e-6));
    }
  }

  @Test
  void aLargerLengthPenaltyPrefersLongerTexts() {
    int shortest = search(beam(64, 0), PROMPTS, LONGEST).getFirst().length();
    int longest = search(beam(64, 10), PROMPTS, LONGEST).getFirst().length();
    assertThat(shortest).isLessThan(longest);
  }

  @Test
  void oneBeamIsGreedyUpToTheEnd() {
    for (int longest = 1; longest < 6; longest++) {
      List<Hypothesis> greedy = search(rowByRow(TokenChoice.greedy()), PROMPTS, longest);
      List<Hypothesis> beam = search(beam(1, 0), PROMPTS, longest);
      for (int p = 0; p < PROMPTS.size(); p++) {
        if (greedy.get(p).endsWith(FIVE.end())
            || beam.get(p).endsWith(FIVE.end()) == greedy.get(p).endsWith(FIVE.end())) {
          assertThat(beam.get(p).ids(FIVE.end())).isEqualTo(greedy.get(p).ids(FIVE.end()));
        }
      }
    }
  }

  @Test
  void drawsFollowTheProbabilities() {
    int draws = 4000;
    List<int[]> same = Collections.nCopies(draws, PROMPTS.getFirst());
    double[] want = new double[5];
    try (IncrementalDecoder decoder = decoder(PROMPTS, 1)) {
      Distribution next = FIVE.next(decoder, 0);
      for (int token = 0; token < 5; token++) {
        want[token] = next.probability(token);
      }
    }
    double[] got = shares(search(rowByRow(TokenChoice.sample(1, 1, 5)), same, 1));
    for (int token = 0; token < 5; token++) {
      double deviation = Math.sqrt(want[token] * (1 - want[token]) / draws);
      assertThat(got[token]).isCloseTo(want[token], within(4 * deviation));
    }
  }

  @Test
  void topPDrawsFromTheMostProbableAlone() {
    List<int[]> same = Collections.nCopies(500, PROMPTS.getFirst());
    int[] order;
    double first;
    double second;
    try (IncrementalDecoder decoder = decoder(PROMPTS, 1)) {
      Distribution next = FIVE.next(decoder, 0);
      order = next.best(5);
      first = next.probability(order[0]);
      second = next.probability(order[1]);
    }
    double justBothNeeded = first + second / 2;
    double[] got = shares(search(rowByRow(TokenChoice.sample(1, justBothNeeded, 5)), same, 1));
    assertThat(got[order[0]] + got[order[1]]).isEqualTo(1);
    assertThat(got[order[1]]).isPositive();
  }

  @Test
  void aHighTemperatureDrawsEvenly() {
    List<int[]> same = Collections.nCopies(4000, PROMPTS.getFirst());
    double[] got = shares(search(rowByRow(TokenChoice.sample(100, 1, 5)), same, 1));
    for (double share : got) {
      assertThat(share).isCloseTo(0.2, within(0.04));
    }
  }

  private static double[] shares(List<Hypothesis> texts) {
    double[] shares = new double[5];
    texts.forEach(text -> shares[text.token()] += 1.0 / texts.size());
    double sum = 0;
    for (int i = 0; i < 5; i++) {
      shares[i] = Math.rint(shares[i] * texts.size()) / texts.size();
      sum += shares[i];
    }
    assertThat(sum).isCloseTo(1, within(1e-9));
    return shares;
  }
}
