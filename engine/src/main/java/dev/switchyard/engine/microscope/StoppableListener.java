package dev.switchyard.engine.microscope;

import dev.switchyard.engine.observe.GenerationListener;
import dev.switchyard.engine.observe.GenerationStep;
import java.util.concurrent.Future;

/** Passes steps on, and wants no more of them once nobody waits for the answer. */
public final class StoppableListener implements GenerationListener {
  private final GenerationListener listener;
  private volatile Future<?> answer;

  /** Passes on to another listener. */
  public StoppableListener(GenerationListener listener) {
    this.listener = listener;
  }

  /** Says what is waited for: when it is cancelled, no more steps are wanted. */
  public void setAnswer(Future<?> answer) {
    this.answer = answer;
  }

  @Override
  public void written(int prompt, GenerationStep step) {
    listener.written(prompt, step);
  }

  @Override
  public boolean isWanted() {
    Future<?> waited = answer;
    return listener.isWanted() && (waited == null || !waited.isCancelled());
  }
}
