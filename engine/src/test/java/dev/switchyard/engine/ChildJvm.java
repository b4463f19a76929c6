package dev.switchyard.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A process of its own for what a test has to kill, or to measure apart from other tests. */
public final class ChildJvm {
  private ChildJvm() {}

  /**
   * Runs a class's {@code main} with the classes and the flags that this JVM has for the engine.
   */
  public static ProcessBuilder running(Class<?> main, String... arguments) {
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main.getName());
    return new ProcessBuilder(Stream.concat(java.stream(), Stream.of(arguments)).toList());
  }
}
