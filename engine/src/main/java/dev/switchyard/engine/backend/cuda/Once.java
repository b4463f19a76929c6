package dev.switchyard.engine.backend.cuda;

import java.util.function.Supplier;

/** A value that is computed when it is first asked for, and kept. */
final class Once<T> implements Supplier<T> {
  private Supplier<T> source;
  private T value;

  private Once(Supplier<T> source) {
    this.source = source;
  }

  static <T> Supplier<T> of(Supplier<T> source) {
    return new Once<>(source);
  }

  @Override
  public synchronized T get() {
    if (source != null) {
      value = source.get();
      source = null;
    }
    return value;
  }
}
