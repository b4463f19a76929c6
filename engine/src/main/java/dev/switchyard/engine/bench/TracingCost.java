package dev.switchyard.engine.bench;

/**
 * What it costs to watch every token of every training step.
 *
 * @param pairs of blocks of steps that were measured, one with tracing and one without
 * @param stepsOfBlock steps of a block
 * @param stepMillis a step without tracing: the median of the blocks
 * @param tracedStepMillis a step with it
 * @param slowDown the median over the pairs of how much longer the block with tracing took
 * @param traces that were handed out, each with every token's way through every Switch layer
 * @param skipped steps that had no trace, because too many were on their way
 * @param numbersOfTrace that a trace holds
 */
public record TracingCost(
    int pairs,
    int stepsOfBlock,
    double stepMillis,
    double tracedStepMillis,
    double slowDown,
    long traces,
    long skipped,
    long numbersOfTrace) {}
