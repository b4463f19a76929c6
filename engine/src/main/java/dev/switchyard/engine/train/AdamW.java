package dev.switchyard.engine.train;

import dev.switchyard.engine.backend.AdamWStep;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.store.NamedTensor;
import dev.switchyard.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Adam with decoupled weight decay. Vectors (the weights of normalisations) are not decayed: they
 * scale, and 0 is no natural place for a scale.
 */
public final class AdamW implements Optimizer {
  private record Moments(Parameter parameter, Tensor first, Tensor second) {}

  private final TrainingConfig config;
  private final Backend backend;
  private final List<Moments> all = new ArrayList<>();

  AdamW(TrainingConfig config, Backend backend, List<Parameter> parameters) {
    this.config = config;
    this.backend = backend;
    for (Parameter parameter : parameters) {
      int[] shape = parameter.value().shape();
      all.add(new Moments(parameter, backend.allocate(shape), backend.allocate(shape)));
    }
  }

  @Override
  public void update(
      long step, double learningRate, double gradientScale, UpdateListener listener) {
    AdamWStep decayed = step(step, learningRate, gradientScale, config.weightDecay());
    AdamWStep plain = step(step, learningRate, gradientScale, 0);
    for (Moments moments : all) {
      Parameter parameter = moments.parameter();
      listener.before(parameter);
      backend.adamW(
          parameter.value(),
          parameter.gradient(),
          moments.first(),
          moments.second(),
          parameter.value().rank() > 1 ? decayed : plain);
      listener.after(parameter);
    }
  }

  private AdamWStep step(long step, double learningRate, double gradientScale, double decay) {
    return new AdamWStep(
        learningRate,
        config.adamBeta1(),
        config.adamBeta2(),
        config.adamEpsilon(),
        decay,
        step,
        gradientScale);
  }

  @Override
  public List<NamedTensor> state(String prefix) {
    List<NamedTensor> state = new ArrayList<>();
    for (Moments moments : all) {
      Parameter parameter = moments.parameter();
      state.add(NamedTensor.of(parameter, name -> prefix + name + ".m", moments.first()));
      state.add(NamedTensor.of(parameter, name -> prefix + name + ".v", moments.second()));
    }
    return state;
  }

  @Override
  public void close() {
    for (Moments moments : all) {
      backend.free(moments.first());
      backend.free(moments.second());
    }
    all.clear();
  }
}
