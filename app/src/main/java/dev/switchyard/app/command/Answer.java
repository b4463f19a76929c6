package dev.switchyard.app.command;

import dev.switchyard.engine.configuration.InputException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Waits for what a model was asked. */
final class Answer {
  private Answer() {}

  /** The answer; a problem with what was given comes as the model put it. */
  static <T> T of(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InputException problem) {
        throw problem;
      }
      throw new IllegalStateException("The model did not answer", e.getCause());
    }
  }
}
