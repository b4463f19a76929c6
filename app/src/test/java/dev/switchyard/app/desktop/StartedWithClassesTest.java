package dev.switchyard.app.desktop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JVM as the launcher starts it for the desktop: without the vector module, with an archive. */
class StartedWithClassesTest {
  @TempDir private Path folder;

  @Test
  void theModuleThatWasLoadedLateIsTheEnginesAndAnArchiveThatFitsStays() throws Exception {
    Path archive = Files.createFile(folder.resolve("desktop-classes.jsa"));
    assertThat(said(archive, "-Xshare:auto")).contains("computed 6.0");
    assertThat(archive).exists();
  }

  @Test
  void anArchiveThatDoesNotFitIsDeleted() throws Exception {
    Path archive = Files.createFile(folder.resolve("desktop-classes.jsa"));
    assertThat(said(archive, "-Xshare:off")).contains("computed 6.0");
    assertThat(archive).doesNotExist();
  }

  private String said(Path archive, String sharing) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                sharing,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED",
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-Dswitchyard.archive=" + archive,
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Child.class.getName()));
    Path said = folder.resolve("said");
    Process child =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return Files.readString(said);
  }

  /** What the desktop does at its start and at its end, without the window between them. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
        throw new IllegalStateException("The module is there already");
      }
      VectorModule.load();
      VectorModule.load(); // a second time nothing is left to do
      FloatVector six = FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, 2f).mul(3f);
      System.out.println("computed " + six.lane(0));
      ClassArchive.deleteIfUnfit();
    }
  }
}
