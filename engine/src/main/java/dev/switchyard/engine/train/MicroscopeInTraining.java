package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.model.ModelMicroscope;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import java.util.concurrent.CompletableFuture;

/** The model of a run under the microscope: each request is answered between two steps. */
final class MicroscopeInTraining implements Microscope {
  private final EngineTrainingRun run;
  private final Subject subject;
  private volatile boolean closed;

  MicroscopeInTraining(EngineTrainingRun run, Subject subject) {
    this.run = run;
    this.subject = subject;
  }

  @Override
  public Subject subject() {
    return subject;
  }

  @Override
  public CompletableFuture<RoutingTrace> route(Request request) {
    if (closed) {
      return CompletableFuture.failedFuture(
          new InputException("This microscope is closed: open another."));
    }
    return run.betweenSteps(
        trainer -> ModelMicroscope.route(trainer.model(), trainer.setup().tokenizer(), request));
  }

  @Override
  public void close() {
    closed = true;
  }
}
