package dev.switchyard.views.task;

import dev.switchyard.engine.configuration.InputException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/** A problem for whoever is to help: what, where, what to do, and what the log says of it. */
final class ProblemText {
  private static final String OWN = "dev.switchyard.";
  private static final int MOST_LINES = 60;

  private ProblemText() {}

  /**
   * The text of a problem.
   *
   * @param doing what was being done; may be empty
   */
  static String of(Throwable problem, String doing) {
    Throwable cause = Tasks.cause(problem);
    boolean input = cause instanceof InputException;
    StringBuilder text = new StringBuilder();
    text.append("What: ").append(Tasks.line(problem)).append('\n');
    text.append("Where: ").append(doing.isEmpty() ? "in the window" : "while " + doing);
    if (!input) {
      Arrays.stream(cause.getStackTrace())
          .filter(frame -> frame.getClassName().startsWith(OWN))
          .findFirst()
          .ifPresent(frame -> text.append(", in ").append(frame));
    }
    text.append('\n')
        .append("What to do: ")
        .append(
            input
                ? "as the line above says; nothing was changed."
                : "go on, the rest of the program is untouched. If it comes back, report it with"
                    + " this text.")
        .append('\n')
        .append("When: ")
        .append(Instant.now().truncatedTo(ChronoUnit.SECONDS))
        .append('\n');
    if (!input) {
      text.append('\n').append("Log:\n").append(trace(cause));
    }
    return text.toString();
  }

  private static String trace(Throwable cause) {
    StringWriter trace = new StringWriter();
    cause.printStackTrace(new PrintWriter(trace));
    return String.join("\n", trace.toString().lines().limit(MOST_LINES).toList());
  }
}
