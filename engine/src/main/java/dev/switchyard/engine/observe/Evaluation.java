package dev.switchyard.engine.observe;

import java.util.List;

/**
 * What a model makes of text that it is not trained on.
 *
 * @param text a line for people: which text, and how much of it
 * @param batches that were read
 * @param model the Switch model's figures, means over the batches' tokens; its gradient norm is NaN
 * @param twin the dense twin's figures on the same batches, or null
 * @param answers how well the Switch model writes the targets of pairs, or null for running text
 * @param twinAnswers the same of the twin, or null
 * @param languages the text's languages, where it is read by language; else empty
 * @param distillation how much of its teacher's knowledge the model has, or null without a teacher
 */
public record Evaluation(
    String text,
    long batches,
    StepReport.ModelReport model,
    StepReport.ModelReport twin,
    Answers answers,
    Answers twinAnswers,
    List<LanguageQuality> languages,
    Distillation distillation) {

  /** Of a model without a teacher. */
  public Evaluation(
      String text,
      long batches,
      StepReport.ModelReport model,
      StepReport.ModelReport twin,
      Answers answers,
      Answers twinAnswers,
      List<LanguageQuality> languages) {
    this(text, batches, model, twin, answers, twinAnswers, languages, null);
  }

  /** Of running text that is taken as one. */
  public Evaluation(
      String text, long batches, StepReport.ModelReport model, StepReport.ModelReport twin) {
    this(text, batches, model, twin, null, null, List.of());
  }

  /** The same with what is known of the languages. */
  public Evaluation withLanguages(List<LanguageQuality> languages) {
    return new Evaluation(
        text, batches, model, twin, answers, twinAnswers, languages, distillation);
  }

  /** The same with what is known of the teacher. */
  public Evaluation withDistillation(Distillation distillation) {
    return new Evaluation(
        text, batches, model, twin, answers, twinAnswers, languages, distillation);
  }
}
