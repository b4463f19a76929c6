package dev.switchyard.engine.train;

import dev.switchyard.engine.model.RoutingTracer;
import dev.switchyard.engine.model.SwitchTransformer;
import dev.switchyard.engine.observe.StepRouting;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Lets somebody see where each token went in one step of one device: the traces come over beside
 * the backward pass, and a step that nobody asks for takes none. For the thread that computes.
 */
final class TracedPass {
  private Consumer<StepRouting> observer;

  /** Asks for the next step; the device is at rest meanwhile. */
  void ask(Consumer<StepRouting> observer) {
    this.observer = observer;
  }

  /**
   * Computes a step, and hands its routing to whoever asked for it.
   *
   * @param parts micro-batches, each of which has a trace
   */
  <T> T compute(SwitchTransformer model, int parts, Supplier<T> pass) {
    if (observer == null) {
      return pass.get();
    }
    RoutingTracer tracer = new RoutingTracer(observer, parts);
    observer = null;
    model.traceTraining(tracer);
    try {
      T result = pass.get();
      tracer.finish();
      return result;
    } finally {
      model.traceTraining(null);
    }
  }
}
