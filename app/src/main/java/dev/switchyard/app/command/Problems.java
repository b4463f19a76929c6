package dev.switchyard.app.command;

import dev.switchyard.app.terminal.Terminal;
import dev.switchyard.app.workbench.Home;
import dev.switchyard.engine.configuration.InputException;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns every problem into one line for people and an exit code; the log has the details. */
final class Problems implements IParameterExceptionHandler, IExecutionExceptionHandler {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int BAD_INPUT = 2;

  private final Terminal terminal;
  private final Home home;

  Problems(Terminal terminal, Home home) {
    this.terminal = terminal;
    this.home = home;
  }

  /** Runs the command named last; too little memory is a problem like others, in one line. */
  static int execute(ParseResult parsed) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (OutOfMemoryError e) {
      String message = "There is not enough memory for this; choose a smaller model or batch.";
      throw new CommandLine.ExecutionException(
          parsed.commandSpec().commandLine(), message, new InputException(message, e));
    }
  }

  @Override
  public int handleParseException(ParameterException problem, String[] arguments) {
    String message =
        problem instanceof UnmatchedArgumentException unmatched
            ? unmatched(unmatched)
            : problem.getMessage();
    say(message);
    return BAD_INPUT;
  }

  private static String unmatched(UnmatchedArgumentException problem) {
    CommandLine command = problem.getCommandLine();
    String what =
        problem.isUnknownOption() ? "option" : command.getParent() == null ? "command" : "argument";
    List<String> suggestions = problem.getSuggestions();
    String advice =
        suggestions.isEmpty() || what.equals("argument")
            ? "see"
            : "did you mean %s? See"
                .formatted(nearest(suggestions, problem.getUnmatched().getFirst()));
    return "%s takes no %s \"%s\"; %s %s --help."
        .formatted(
            command.getCommandSpec().qualifiedName(),
            what,
            problem.getUnmatched().getFirst(),
            advice,
            command.getCommandSpec().qualifiedName());
  }

  /** Nobody mistypes the first letter: of several suggestions the one that shares it. */
  private static String nearest(List<String> suggestions, String typed) {
    return suggestions.stream()
        .filter(word -> word.charAt(0) == typed.charAt(0))
        .findFirst()
        .orElse(suggestions.getFirst());
  }

  @Override
  public int handleExecutionException(Exception problem, CommandLine line, ParseResult parsed) {
    if (problem instanceof InputException) {
      LoggerFactory.getLogger(Problems.class).info("Bad input", problem);
      say(problem.getMessage());
      return BAD_INPUT;
    }
    LoggerFactory.getLogger(Problems.class).error("Unexpected", problem);
    say("Something went wrong: %s. Details are in %s.".formatted(problem, home.logs()));
    return FAILED;
  }

  private void say(String message) {
    terminal.err().println("switchyard: " + message.strip().replaceAll("\\s*\\R\\s*", " "));
  }
}
