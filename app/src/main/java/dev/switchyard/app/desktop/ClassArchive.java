package dev.switchyard.app.desktop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The class-data archive that the launcher gave to the JVM, which says nothing where it is old. */
final class ClassArchive {
  private static final Logger LOG = LoggerFactory.getLogger(ClassArchive.class);
  private static final String PROPERTY = "switchyard.archive";

  /** Only this class of the JVM's own knows; the launcher opens it together with the archive. */
  private static final String KNOWS = "jdk.internal.misc.CDS";

  private ClassArchive() {}

  /** Deletes the archive if it fits this Java or these files no more: the next start makes one. */
  static void deleteIfUnfit() {
    String file = System.getProperty(PROPERTY);
    if (file == null || isInUse()) {
      return;
    }
    try {
      Files.deleteIfExists(Path.of(file));
      LOG.info("{} does not fit any more; it is made anew", file);
    } catch (IOException e) {
      LOG.warn("{} does not fit any more, and can't be deleted", file, e);
    }
  }

  private static boolean isInUse() {
    try {
      return (boolean) Class.forName(KNOWS).getMethod("isUsingArchive").invoke(null);
    } catch (ReflectiveOperationException e) {
      LOG.warn("It is not known whether the class-data archive fits", e);
      return true;
    }
  }
}
