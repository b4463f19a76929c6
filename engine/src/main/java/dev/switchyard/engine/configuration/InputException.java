package dev.switchyard.engine.configuration;

/**
 * Something that a person gave can't be used: what is wrong, where, and what to do. The message is
 * one line, fit to be shown as it is.
 */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A problem with a message that names what, where, and what to do. */
  public InputException(String message) {
    super(message);
  }

  /** The same with the exception behind it, for the log. */
  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
