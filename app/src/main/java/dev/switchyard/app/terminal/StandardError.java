package dev.switchyard.app.terminal;

import java.io.FileDescriptor;
import java.lang.reflect.Constructor;

/**
 * Standard error under the start script. The JVM warns of the vector module's incubation at every
 * start; so the script points descriptor 2 nowhere, and names the one that is really meant.
 */
final class StandardError {
  private StandardError() {}

  /** The descriptor that the start script named, or else the process's own. */
  static FileDescriptor descriptor() {
    Integer number = Integer.getInteger("switchyard.stderr");
    if (number == null) {
      return FileDescriptor.err;
    }
    try {
      Constructor<FileDescriptor> ofNumber = FileDescriptor.class.getDeclaredConstructor(int.class);
      ofNumber.setAccessible(true);
      return ofNumber.newInstance(number);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("The start script named a descriptor that can't be used", e);
    }
  }
}
