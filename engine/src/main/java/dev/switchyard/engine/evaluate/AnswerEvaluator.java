package dev.switchyard.engine.evaluate;

import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.HeldOut;
import dev.switchyard.engine.data.Row;
import dev.switchyard.engine.data.TextToText;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.generate.Generator;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.Answers;
import dev.switchyard.engine.observe.Decoding;
import java.util.Arrays;
import java.util.List;

/**
 * Measures how well a model writes the targets of held-out pairs. Texts are compared as the
 * tokenizer gives them back, so that what it does not keep (capitals, say) counts for neither side;
 * a target that is too long for the model is compared as a whole.
 */
final class AnswerEvaluator {
  /** Rows that are decoded together. */
  private static final int TOGETHER = 64;

  private final TextToText objective;
  private final Tokenizer tokenizer;
  private long pairs;
  private long exact;
  private long places;
  private long right;
  private double rouge;
  private long rouged;

  private AnswerEvaluator(TextToText objective, Tokenizer tokenizer) {
    this.objective = objective;
    this.tokenizer = tokenizer;
  }

  /** A model's answers to all held-out pairs. */
  static Answers of(
      SwitchTransformer model,
      List<HeldOut> heldOut,
      List<HeldOut.Mixed> batches,
      TextToText objective,
      Tokenizer tokenizer) {
    AnswerEvaluator evaluator = new AnswerEvaluator(objective, tokenizer);
    for (HeldOut part : heldOut) {
      evaluator.readAnswers(model, part.rows());
    }
    batches.forEach(mixed -> evaluator.countTokens(model, mixed.batch()));
    return evaluator.answers();
  }

  private void readAnswers(SwitchTransformer model, List<Row> rows) {
    Generator generator = new Generator(model, tokenizer);
    Decoding greedy = Decoding.greedy(Math.min(objective.longestTarget(), Decoding.MOST_TOKENS));
    for (int from = 0; from < rows.size(); from += TOGETHER) {
      List<Row> some = rows.subList(from, Math.min(from + TOGETHER, rows.size()));
      List<int[]> written = generator.tokens(some.stream().map(objective::input).toList(), greedy);
      for (int i = 0; i < some.size(); i++) {
        compare(text(written.get(i)), text(some.get(i).target()));
      }
    }
  }

  private String text(int[] tokens) {
    return tokenizer.decode(Arrays.stream(tokens).boxed().toList()).strip();
  }

  private void compare(String written, String target) {
    pairs++;
    exact += written.equals(target) ? 1 : 0;
    double shared = Rouge2.of(written, target);
    if (!Double.isNaN(shared)) {
      rouge += shared;
      rouged++;
    }
  }

  private void countTokens(SwitchTransformer model, Batch batch) {
    int[] best = mostProbable(model.logits(batch), batch.labels().length);
    for (int i = 0; i < best.length; i++) {
      if (batch.labels()[i] != Batch.IGNORED) {
        places++;
        right += best[i] == batch.labels()[i] ? 1 : 0;
      }
    }
  }

  /** The largest logit's token of each row; of equals the first. */
  private static int[] mostProbable(float[] logits, int rows) {
    int vocabulary = logits.length / rows;
    int[] tokens = new int[rows];
    for (int row = 0; row < rows; row++) {
      int best = 0;
      for (int token = 1; token < vocabulary; token++) {
        if (logits[row * vocabulary + token] > logits[row * vocabulary + best]) {
          best = token;
        }
      }
      tokens[row] = best;
    }
    return tokens;
  }

  private Answers answers() {
    return new Answers(
        pairs,
        (double) exact / Math.max(1, pairs),
        (double) right / Math.max(1, places),
        rouged == 0 ? Double.NaN : rouge / rouged);
  }
}
