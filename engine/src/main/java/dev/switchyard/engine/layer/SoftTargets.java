package dev.switchyard.engine.layer;

import dev.switchyard.engine.tensor.Tensor;

/**
 * What another model, the teacher, would write: its probabilities are learned beside the labels
 * (Switch Transformers, section 4.1). The loss of a place is (1 - share) x cross entropy of the
 * label + share x temperature^2 x cross entropy of the softened logits against the probabilities;
 * places without a label do not count.
 *
 * @param probabilities [T, V], softmax of the teacher's logits / temperature
 * @param share of the teacher
 * @param temperature by which the logits are divided, the teacher's and the student's
 */
public record SoftTargets(Tensor probabilities, double share, double temperature) {}
