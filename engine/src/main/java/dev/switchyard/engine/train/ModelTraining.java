package dev.switchyard.engine.train;

import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.StepReport.ModelReport;
import dev.switchyard.engine.observe.StepRouting;
import dev.switchyard.engine.store.Checkpoint;
import dev.switchyard.engine.store.NamedTensor;
import java.util.List;
import java.util.function.Consumer;

/**
 * One model in training with its optimizer, on one device or on many. A step is {@link #compute},
 * then {@link #update}: so that, of two models on the same batch, neither changes if the other
 * fails. All tensors that it shows can be read and written by the trainer's backend.
 */
interface ModelTraining extends AutoCloseable {
  /**
   * Lets somebody see where each token goes in the next {@link #compute}: in parts, each with the
   * rows that one device had at a time, from the threads that compute.
   */
  void traceNext(Consumer<StepRouting> observer);

  /**
   * Forward and backward over a batch.
   *
   * @throws dev.switchyard.engine.configuration.InputException where the loss or the gradient is
   *     not finite, with step and layer
   */
  void compute(Batch batch, long step);

  /** Clips the gradient of {@link #compute} and updates the weights. */
  void update(long step, double learningRate);

  /**
   * The figures of the step.
   *
   * @param tokens that this model has seen so far
   */
  ModelReport report(long tokens);

  /**
   * Sees that all weights are numbers, before they are kept.
   *
   * @throws dev.switchyard.engine.configuration.InputException naming the first that is not
   */
  void checkWeights(long step);

  /** Goes on with other settings; only those that {@link RunChange} allows differ. */
  void change(RunConfig config);

  /** Bytes of weights, gradients, optimizer and the largest pass' activations, on all devices. */
  long memoryBytes();

  /** The whole model with the present weights; not to be trained by others. */
  SwitchTransformer model();

  /** Seconds spent in its steps. */
  double seconds();

  /** Takes up the count of a run that goes on. */
  void setSeconds(double seconds);

  /** The whole model's weights under the checkpoint's names. */
  List<NamedTensor> weights();

  /** What its optimizer remembers. */
  List<NamedTensor> moments();

  /** Reads the weights of one of a checkpoint's files; then {@link #weightsChanged}. */
  void load(Checkpoint checkpoint, String file);

  /** Takes up what was written into {@link #weights} or {@link #model}. */
  void weightsChanged();

  /** Takes up what was written into {@link #moments}. */
  void momentsChanged();

  @Override
  void close();
}
