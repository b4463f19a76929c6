package dev.switchyard.engine.evaluate;

import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.HeldOut;
import dev.switchyard.engine.data.Objective;
import dev.switchyard.engine.data.TextToText;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.evaluate.Evaluator.Measured;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.Answers;
import dev.switchyard.engine.observe.Evaluation;
import dev.switchyard.engine.observe.LanguageQuality;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures models on held-out text: as a whole, language by language where it has several, and by
 * the answers that they write where it is pairs.
 *
 * @param heldOut one or more
 * @param objective what its rows became
 * @param tokenizer of the text
 */
public record HeldOutEvaluator(List<HeldOut> heldOut, Objective objective, Tokenizer tokenizer) {

  /**
   * The figures of a model, and of its dense twin.
   *
   * @param text which text that is, for people
   * @param twin or null
   */
  public Evaluation evaluate(String text, SwitchTransformer model, SwitchTransformer twin) {
    List<Measured> sparse = measure(model);
    List<Measured> dense = twin == null ? null : measure(twin);
    return new Evaluation(
        text,
        batches(),
        Measured.of(sparse).report(),
        dense == null ? null : Measured.of(dense).report(),
        answers(model),
        twin == null ? null : answers(twin),
        languages(sparse, dense));
  }

  /** Nats a label of another model. */
  public double crossEntropy(SwitchTransformer model) {
    return Measured.of(measure(model)).report().crossEntropy();
  }

  /** How many batches there are. */
  public long batches() {
    return heldOut.stream().mapToLong(part -> part.batches().size()).sum();
  }

  /** All batches. */
  public List<Batch> allBatches() {
    return heldOut.stream().flatMap(part -> part.batches().stream()).toList();
  }

  private List<Measured> measure(SwitchTransformer model) {
    return heldOut.stream().map(part -> Evaluator.measure(model, part.batches())).toList();
  }

  private Answers answers(SwitchTransformer model) {
    return objective instanceof TextToText pairs
        ? AnswerEvaluator.of(model, heldOut, pairs, tokenizer)
        : null;
  }

  private List<LanguageQuality> languages(List<Measured> sparse, List<Measured> dense) {
    List<LanguageQuality> languages = new ArrayList<>();
    for (int i = 0; i < heldOut.size(); i++) {
      if (!heldOut.get(i).language().isEmpty()) {
        languages.add(
            new LanguageQuality(
                heldOut.get(i).language(),
                heldOut.get(i).share(),
                sparse.get(i).crossEntropy(),
                dense == null ? Double.NaN : dense.get(i).crossEntropy(),
                Double.NaN));
      }
    }
    return List.copyOf(languages);
  }
}
