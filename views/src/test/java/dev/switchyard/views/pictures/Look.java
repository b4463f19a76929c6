package dev.switchyard.views.pictures;

import dev.switchyard.views.theme.Theme;
import java.nio.file.Path;

/**
 * How the window is pictured, and where the pictures go.
 *
 * @param large whether in large type
 * @param width of the window's content
 * @param height of the window's content
 * @param folder that gets a folder for each theme
 */
record Look(Theme theme, boolean large, int width, int height, Path folder) {
  /** The file of a picture. */
  Path file(String name) {
    return folder.resolve(theme.name()).resolve(name + (large ? "-large-type" : "") + ".png");
  }

  @Override
  public String toString() {
    return theme.name() + (large ? " in large type" : "");
  }
}
