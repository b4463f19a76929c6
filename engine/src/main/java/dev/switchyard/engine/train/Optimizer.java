package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.store.NamedTensor;
import java.util.List;

/** Changes a model's parameters by their gradients, and remembers what it needs for that. */
public sealed interface Optimizer extends AutoCloseable permits AdamW, Adafactor {

  /** The optimizer of a configuration for these parameters, its moments all 0. */
  static Optimizer of(TrainingConfig config, Backend backend, List<Parameter> parameters) {
    return switch (config.optimizer()) {
      case "adamw" -> new AdamW(config, backend, parameters);
      case "adafactor" -> new Adafactor(config, backend, parameters);
      default -> throw new IllegalArgumentException(config.optimizer());
    };
  }

  /**
   * One update of every parameter.
   *
   * @param step number of the update, from 1
   * @param learningRate of this step
   * @param gradientScale factor on all gradients (their clipping)
   */
  default void update(long step, double learningRate, double gradientScale) {
    update(step, learningRate, gradientScale, UpdateListener.NONE);
  }

  /**
   * The same.
   *
   * @param listener hears of each parameter before and after its own update
   */
  void update(long step, double learningRate, double gradientScale, UpdateListener listener);

  /**
   * What it remembers, to be kept in a checkpoint: moments named after their parameters.
   *
   * @param prefix set before each name
   */
  List<NamedTensor> state(String prefix);

  /** Frees what it remembers. */
  @Override
  void close();
}
