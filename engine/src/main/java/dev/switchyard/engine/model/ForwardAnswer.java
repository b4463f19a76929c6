package dev.switchyard.engine.model;

import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import java.util.List;

/**
 * What a model gives for a batch.
 *
 * @param batch B rows, S input and T target places
 * @param vocabulary V
 * @param logits [B * T * V]
 * @param crossEntropy nats a label; 0 without labels
 * @param layers the Switch layers, in the order in which tokens pass them; arrays are over all
 *     rows, one behind the other
 */
public record ForwardAnswer(
    Batch batch, int vocabulary, float[] logits, double crossEntropy, List<LayerRouting> layers) {}
