package dev.switchyard.views.pictures;

import dev.switchyard.views.theme.Theme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javafx.application.Platform;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.testfx.api.FxToolkit;

/**
 * Draws every screen in every theme, in usual and large type, to PNGs, without a display: {@code
 * mvn -q verify -Ppictures}. Fewer of them with {@code -Dpictures.theme=LIGHT}, {@code
 * -Dpictures.type=usual} or {@code large}, {@code -Dpictures.only=compare} (or another name of
 * {@link #WALKS}); another window with {@code -Dpictures.size=1280x800}. Not among the tests that
 * every build runs: people look at its pictures.
 */
class Pictures {
  /** A way through some screens that pictures them. */
  @FunctionalInterface
  interface Walk {
    /** Pictures them in a look. */
    void in(Look look) throws Exception;
  }

  /** All of them, by name. */
  static final Map<String, Walk> WALKS = walks();

  private static Map<String, Walk> walks() {
    Map<String, Walk> all = new LinkedHashMap<>();
    all.put("start", StartPictures::draw);
    all.put("explore", ExplorePictures::draw);
    all.put("train", TrainPictures::draw);
    all.put("compare", ComparePictures::draw);
    all.put("inspect", InspectPictures::draw);
    all.put("devices", DevicesPictures::draw);
    all.put("window", WindowPictures::draw);
    all.put("hardest", HardestPictures::draw);
    return all;
  }

  @BeforeAll
  static void startToolkit() throws Exception {
    FxToolkit.registerPrimaryStage();
    Platform.setImplicitExit(false);
  }

  @TestFactory
  Stream<DynamicContainer> everyScreen() {
    String only = System.getProperty("pictures.only", "");
    return looks().stream()
        .map(
            look ->
                DynamicContainer.dynamicContainer(
                    look.toString(),
                    WALKS.entrySet().stream()
                        .filter(walk -> only.isEmpty() || walk.getKey().equals(only))
                        .map(
                            walk ->
                                DynamicTest.dynamicTest(
                                    walk.getKey(),
                                    () -> {
                                      Files.createDirectories(look.file("any").getParent());
                                      walk.getValue().in(look);
                                    }))));
  }

  private static List<Look> looks() {
    String[] size = System.getProperty("pictures.size", "1440x900").split("x");
    Path folder = Path.of(System.getProperty("pictures", "target/pictures"));
    String types = System.getProperty("pictures.type", "both");
    List<Look> looks = new ArrayList<>();
    for (boolean large : new boolean[] {false, true}) {
      for (Theme theme : Theme.values()) {
        if ((types.equals("both") || types.equals(large ? "large" : "usual"))
            && System.getProperty("pictures.theme", theme.name()).equals(theme.name())) {
          looks.add(
              new Look(theme, large, Integer.parseInt(size[0]), Integer.parseInt(size[1]), folder));
        }
      }
    }
    return looks;
  }
}
