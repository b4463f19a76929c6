package dev.switchyard.views.task;

/**
 * Work that takes a while and says how far it is.
 *
 * @param <T> its result
 */
@FunctionalInterface
public interface Work<T> {
  /** Does it. */
  T call(Progress progress) throws Exception;
}
