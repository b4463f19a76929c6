package dev.switchyard.engine.train;

import dev.switchyard.engine.layer.Parameter;

/** Hears of each parameter's update, on the thread that updates. */
public interface UpdateListener {
  /** Does nothing. */
  UpdateListener NONE =
      new UpdateListener() {
        @Override
        public void before(Parameter parameter) {}

        @Override
        public void after(Parameter parameter) {}
      };

  /** The parameter is about to be updated. */
  void before(Parameter parameter);

  /** It was updated. */
  void after(Parameter parameter);
}
