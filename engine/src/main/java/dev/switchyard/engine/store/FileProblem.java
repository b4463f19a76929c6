package dev.switchyard.engine.store;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;

/** Says in a line for people why a file could not be read or written. */
public final class FileProblem {
  private static final String WRITING = "Can't write ";
  private static final String READING = "Can't read ";

  private FileProblem() {}

  /** Whether a line for people says that a file could not be read or written. */
  public static boolean isOne(String line) {
    return line.startsWith(WRITING) || line.startsWith(READING);
  }

  /** A file or folder that could not be written. */
  public static InputException writing(Path path, IOException problem) {
    return new InputException(WRITING + "%s: %s.".formatted(path, reason(problem)), problem);
  }

  /** A file or folder that could not be read. */
  public static InputException reading(Path path, IOException problem) {
    return new InputException(READING + "%s: %s.".formatted(path, reason(problem)), problem);
  }

  private static String reason(IOException problem) {
    String said = said(problem);
    String lower = said.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left") || lower.contains("not enough space")) {
      return "the disk is full; make room on it, then go on";
    } else if (lower.contains("quota exceeded")) {
      return "the disk quota is used up; make room, then go on";
    } else if (lower.contains("read-only file system")) {
      return "it lies on a read-only disk; choose another folder";
    } else if (problem instanceof AccessDeniedException || lower.contains("permission denied")) {
      return "this user may not; choose another folder or change its permissions";
    } else if (problem instanceof NoSuchFileException) {
      return "it is not there";
    } else if (problem instanceof FileAlreadyExistsException) {
      return "something of that name is there already";
    } else if (problem instanceof NotDirectoryException) {
      return "it is not a folder";
    }
    return said.strip().replaceAll("\\s+", " ");
  }

  private static String said(IOException problem) {
    if (problem instanceof FileSystemException inSystem && inSystem.getReason() != null) {
      return inSystem.getReason();
    }
    return problem.getMessage() == null ? problem.getClass().getSimpleName() : problem.getMessage();
  }
}
