package dev.switchyard.engine.train;

import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.Division;
import dev.switchyard.engine.layer.GradientListener;
import dev.switchyard.engine.layer.RowDivision;
import dev.switchyard.engine.layer.SoftTargets;
import dev.switchyard.engine.model.StepFigures;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.parallel.Rank;

/**
 * Forward and backward over a device's rows of a batch, micro-batch by micro-batch: activations
 * take the memory of one of them, and gradients add up to those of the whole batch. Each has its
 * share of the batch's routing groups, its random numbers are those of its rows in the whole batch,
 * and its losses count by its share of all labels, tokens and groups.
 *
 * @param model this device's part of it
 * @param teacher whom it learns from besides the labels, or null
 * @param config how many micro-batches, and the seed
 */
record MicroBatches(SwitchTransformer model, Teacher teacher, TrainingConfig config) {

  /**
   * Adds the gradients to the model's.
   *
   * @param rank the device; it has its share of the rows
   * @param batch the whole one
   * @param gradients hears which gradients are complete, in the last micro-batch
   * @return the sums of the figures' shares in those of the whole batch
   */
  StepFigures forwardBackward(Rank rank, Batch batch, long step, GradientListener gradients) {
    int count = config.microBatches();
    RowDivision rows = RowDivision.of(batch.rows(), rank.mesh(), count);
    long inputTokens = sum(batch.inputMask());
    long targetTokens = sum(batch.targetMask());
    long labels = batch.countedLabels();
    StepFigures figures = null;
    for (int i = 0; i < count; i++) {
      GradientListener listener = i == count - 1 ? gradients : GradientListener.NONE;
      Division division = new Division(rank, rows, i, inputTokens, targetTokens, labels, listener);
      Batch part = batch.rows(division.share().first(), division.share().count());
      SoftTargets targets = teacher == null ? null : teacher.targets(part);
      StepFigures own = model.forwardBackward(part, division, config.seed(), step, targets);
      figures = figures == null ? own : figures.plus(own);
    }
    return figures;
  }

  private static long sum(int[] mask) {
    long sum = 0;
    for (int m : mask) {
      sum += m;
    }
    return sum;
  }
}
