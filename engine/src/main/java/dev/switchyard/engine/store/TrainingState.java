package dev.switchyard.engine.store;

import dev.switchyard.engine.data.Position;

/**
 * Where a run stood when a checkpoint was taken: with the weights and the optimizer's moments, all
 * that it takes to go on as if it had never stopped. (Random numbers are a function of seed and
 * step, so they need no state.)
 *
 * @param step finished steps
 * @param tokens tokens that each model has seen
 * @param seconds spent in the model's steps
 * @param twinSeconds spent in the twin's steps
 * @param data where the batches stand after that step
 */
public record TrainingState(
    long step, long tokens, double seconds, double twinSeconds, Position data) {}
