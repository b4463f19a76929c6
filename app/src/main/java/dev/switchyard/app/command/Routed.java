package dev.switchyard.app.command;

import dev.switchyard.engine.observe.Microscope;
import dev.switchyard.engine.observe.RoutingTrace;

/** Waits for a microscope. */
final class Routed {
  private Routed() {}

  /** The text's routing; a problem with the text comes as the microscope put it. */
  static RoutingTrace by(Microscope microscope, Microscope.Request request)
      throws InterruptedException {
    return Answer.of(microscope.route(request));
  }
}
