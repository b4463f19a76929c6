package dev.switchyard.engine.observe;

/**
 * What a model makes of text that it is not trained on.
 *
 * @param text a line for people: which text, and how much of it
 * @param batches that were read
 * @param model the Switch model's figures, means over the batches' tokens; its gradient norm is NaN
 * @param twin the dense twin's figures on the same batches, or null
 */
public record Evaluation(
    String text, long batches, StepReport.ModelReport model, StepReport.ModelReport twin) {}
