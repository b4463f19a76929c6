package dev.switchyard.views.task;

/** Where a person is told what happened. Called on the window's thread. */
public interface Notices {
  /** Something went well. */
  void done(String message);

  /**
   * Something went wrong.
   *
   * @param message one line: what, where, what to do
   * @param details for the log and the clipboard; may be empty
   */
  void problem(String message, String details);
}
