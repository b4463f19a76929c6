package dev.switchyard.engine.evaluate;

import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.data.HeldOut;
import dev.switchyard.engine.data.Objective;
import dev.switchyard.engine.data.TextToText;
import dev.switchyard.engine.data.Tokenizer;
import dev.switchyard.engine.evaluate.Evaluator.Measured;
import dev.switchyard.engine.model.StepFigures;
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
    List<HeldOut.Mixed> batches = HeldOut.batches(heldOut, objective);
    Parts sparse = measure(model, batches);
    Parts dense = twin == null ? null : measure(twin, batches);
    return new Evaluation(
        text,
        batches.size(),
        sparse.all().report(),
        dense == null ? null : dense.all().report(),
        answers(model, batches),
        twin == null ? null : answers(twin, batches),
        languages(sparse, dense));
  }

  /** Nats a label of another model. */
  public double crossEntropy(SwitchTransformer model) {
    return measure(model, HeldOut.batches(heldOut, objective)).all().report().crossEntropy();
  }

  /** How many batches there are. */
  public long batches() {
    return HeldOut.batches(heldOut, objective).size();
  }

  /** All batches. */
  public List<Batch> allBatches() {
    return heldOut.isEmpty()
        ? List.of()
        : HeldOut.batches(heldOut, objective).stream().map(HeldOut.Mixed::batch).toList();
  }

  /**
   * Figures of all batches, and the cross entropy of each held-out text in them.
   *
   * @param all of all batches
   * @param losses sum over the labels of each text, nats
   * @param labels of each text
   */
  private record Parts(Measured all, double[] losses, long[] labels) {
    double crossEntropy(int part) {
      return losses[part] / Math.max(1, labels[part]);
    }
  }

  private Parts measure(SwitchTransformer model, List<HeldOut.Mixed> batches) {
    long begin = System.nanoTime();
    List<StepFigures> figures = new ArrayList<>();
    double[] losses = new double[heldOut.size()];
    long[] labels = new long[heldOut.size()];
    for (HeldOut.Mixed mixed : batches) {
      figures.add(model.evaluate(mixed.batch(), each -> addByPart(mixed, each, losses, labels)));
    }
    return new Parts(new Measured(figures, Evaluator.secondsSince(begin)), losses, labels);
  }

  private static void addByPart(HeldOut.Mixed mixed, float[] each, double[] losses, long[] labels) {
    Batch batch = mixed.batch();
    for (int i = 0; i < each.length; i++) {
      int part = mixed.parts()[i / batch.targetLength()];
      if (batch.labels()[i] >= 0) {
        losses[part] += each[i];
        labels[part]++;
      }
    }
  }

  private Answers answers(SwitchTransformer model, List<HeldOut.Mixed> batches) {
    return objective instanceof TextToText pairs
        ? AnswerEvaluator.of(model, heldOut, batches, pairs, tokenizer)
        : null;
  }

  private List<LanguageQuality> languages(Parts sparse, Parts dense) {
    List<LanguageQuality> languages = new ArrayList<>();
    for (int i = 0; i < heldOut.size(); i++) {
      if (!heldOut.get(i).language().isEmpty()) {
        languages.add(
            new LanguageQuality(
                heldOut.get(i).language(),
                heldOut.get(i).share(),
                sparse.crossEntropy(i),
                dense == null ? Double.NaN : dense.crossEntropy(i),
                Double.NaN));
      }
    }
    return List.copyOf(languages);
  }
}
