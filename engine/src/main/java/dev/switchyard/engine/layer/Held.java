package dev.switchyard.engine.layer;

/**
 * Which part of a parameter a device holds.
 *
 * @param overExperts whether experts are divided over the expert axis: then these are some of them
 * @param axis of one named tensor that is divided over the model axis; -1 for none
 * @param index of the part along that axis
 * @param count of the parts
 */
public record Held(boolean overExperts, int axis, int index, int count) {
  /** All of it. */
  public static final Held WHOLE = new Held(false, -1, 0, 1);

  /** Whether other devices along the model axis have other parts. */
  public boolean overModel() {
    return axis >= 0;
  }
}
