package dev.switchyard.engine.configuration;

/**
 * Something that a person gave can't be used: what is wrong, where, and what to do. The message is
 * one line, fit to be shown as it is.
 */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Values of foreign files are repeated in messages; nobody reads more of one. */
  private static final int LONGEST = 1000;

  /** A problem with a message that names what, where, and what to do. */
  public InputException(String message) {
    super(line(message));
  }

  /** The same with the exception behind it, for the log. */
  public InputException(String message, Throwable cause) {
    super(line(message), cause);
  }

  private static String line(String message) {
    String line = message.replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= LONGEST
        ? line
        : line.substring(0, LONGEST / 2) + " … " + line.substring(line.length() - LONGEST / 2);
  }
}
