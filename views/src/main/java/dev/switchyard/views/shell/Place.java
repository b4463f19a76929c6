package dev.switchyard.views.shell;

import org.kordamp.ikonli.feather.Feather;

/** The screens that the rail leads to. */
enum Place {
  START("Start", Feather.HOME),
  EXPLORE("Explore", Feather.SEARCH),
  TRAIN("Train", Feather.PLAY),
  COMPARE("Compare", Feather.TRENDING_UP),
  INSPECT("Inspect", Feather.BOX),
  DEVICES("Devices", Feather.GRID);

  private final String title;
  private final Feather icon;

  Place(String title, Feather icon) {
    this.title = title;
    this.icon = icon;
  }

  String title() {
    return title;
  }

  Feather icon() {
    return icon;
  }
}
