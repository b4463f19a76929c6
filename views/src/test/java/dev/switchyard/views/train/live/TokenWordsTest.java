package dev.switchyard.views.train.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.engine.observe.BatchRouting;
import dev.switchyard.engine.observe.StepRouting.Layer;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenWordsTest {
  /** Two choices a token, as where a token asks another expert only if the first has no room. */
  private static final Layer LAYER =
      new Layer(
          "decoder.block.1",
          4,
          1,
          2,
          new int[] {0, 1, 0, 3},
          new float[] {0.5f, 0.25f, 0.5f, 0.25f},
          new int[] {0, -1, 1, 0},
          new int[] {0, -1, -1, 3});

  @Test
  void whatBecameOfEachChoiceIsSaid() {
    BatchRouting batch = new BatchRouting(7, 1, List.of(), List.of("a", "b"), List.of(LAYER));
    assertThat(TokenWords.summary(batch, LAYER)).isEqualTo("step 7 · 2 tokens · 0 dropped (0%)");
    assertThat(TokenWords.fate(batch, LAYER, 0))
        .endsWith("kept by expert 0, place 1 of 1, gate 0.500; expert 1 was not asked");
    assertThat(TokenWords.fate(batch, LAYER, 1))
        .endsWith(
            "dropped: place 2 at expert 0, which takes 1;"
                + " kept by expert 3, place 1 of 1, gate 0.250");
  }
}
