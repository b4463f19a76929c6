package dev.switchyard.engine.train;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.microscope.ModelMicroscope;
import dev.switchyard.engine.microscope.StoppableListener;
import dev.switchyard.engine.observe.Generation;
import dev.switchyard.engine.observe.GenerationListener;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import java.util.List;
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
  public CompletableFuture<List<RoutingTrace>> routeAll(Request request) {
    if (closed) {
      return CompletableFuture.failedFuture(closed());
    }
    return run.betweenSteps(
        trainer -> ModelMicroscope.route(trainer.model(), trainer.setup().tokenizer(), request));
  }

  @Override
  public CompletableFuture<List<Generation>> generate(Prompt prompt, GenerationListener listener) {
    if (closed) {
      return CompletableFuture.failedFuture(closed());
    }
    StoppableListener stoppable = new StoppableListener(listener);
    CompletableFuture<List<Generation>> answer =
        run.betweenSteps(
            trainer ->
                ModelMicroscope.generate(
                    trainer.model(), trainer.setup().tokenizer(), prompt, stoppable));
    stoppable.setAnswer(answer);
    return answer;
  }

  private static InputException closed() {
    return new InputException("This microscope is closed: open another.");
  }

  @Override
  public void close() {
    closed = true;
  }
}
