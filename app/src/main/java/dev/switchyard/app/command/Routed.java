package dev.switchyard.app.command;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;
import java.util.concurrent.ExecutionException;

/** Waits for a microscope. */
final class Routed {
  private Routed() {}

  /** The text's routing; a problem with the text comes as the microscope put it. */
  static RoutingTrace by(Microscope microscope, Microscope.Request request)
      throws InterruptedException {
    try {
      return microscope.route(request).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InputException problem) {
        throw problem;
      }
      throw new IllegalStateException("The text could not be routed", e.getCause());
    }
  }
}
