package dev.switchyard.engine.backend;

/**
 * The numbers of one Adafactor update (no first moment): the step is the learning rate times the
 * larger of the parameter's root mean square and {@code smallestScale}; the update is divided by
 * the larger of 1 and its own root mean square over {@code clipThreshold}.
 *
 * @param learningRate relative step size
 * @param beta2 decay of the second moment at this step, such as 1 - time^-0.8
 * @param epsilon added to the squared gradient
 * @param smallestScale lower bound of the parameter's root mean square
 * @param clipThreshold largest root mean square of an update; infinite: none is clipped
 * @param gradientScale factor on the gradient before all else (gradient clipping)
 * @param together whether the root mean squares of a stack of matrices (experts) are those of all
 *     its numbers, as in Mesh-TensorFlow; else each matrix has its own, as in T5X
 */
public record AdafactorStep(
    double learningRate,
    double beta2,
    double epsilon,
    double smallestScale,
    double clipThreshold,
    double gradientScale,
    boolean together) {}
