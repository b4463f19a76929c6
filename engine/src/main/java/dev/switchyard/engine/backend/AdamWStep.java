package dev.switchyard.engine.backend;

/**
 * The numbers of one AdamW update.
 *
 * @param learningRate of this step
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled weight decay, multiplied by the learning rate
 * @param time the update's number, from 1, for the bias correction
 * @param gradientScale factor on the gradient before all else (gradient clipping)
 */
public record AdamWStep(
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    long time,
    double gradientScale) {}
