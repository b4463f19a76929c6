package dev.switchyard.views.drop;

import dev.switchyard.views.drop.DropModel.Way;
import dev.switchyard.views.theme.Icons;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.scene.text.TextAlignment;
import org.kordamp.ikonli.feather.Feather;
import org.kordamp.ikonli.javafx.FontIcon;

/** The hint over the window while something hovers. */
final class DropView extends StackPane {
  private static final PseudoClass REFUSED = PseudoClass.getPseudoClass("refused");

  DropView(DropModel model) {
    setId("drop-hint");
    getStyleClass().add("veil");
    setMouseTransparent(true);
    FontIcon icon = Icons.of(Feather.DOWNLOAD);
    Label title = new Label();
    title.setId("drop-title");
    title.getStyleClass().addAll("strong", "question-title");
    Label detail = new Label();
    detail.getStyleClass().add("muted");
    detail.setWrapText(true);
    detail.setTextAlignment(TextAlignment.CENTER);
    detail.setMinHeight(Region.USE_PREF_SIZE);
    VBox box = new VBox(icon, title, detail);
    box.setAlignment(Pos.CENTER);
    box.getStyleClass().addAll("card", "drop-hint");
    box.setMaxSize(560, Region.USE_PREF_SIZE);
    getChildren().add(box);
    visibleProperty().bind(model.way.isNotNull());
    model.way.subscribe(
        now -> {
          if (now != null) {
            show(now, icon, title, detail);
          }
          box.pseudoClassStateChanged(REFUSED, now != null && !now.possible());
        });
  }

  private static void show(Way way, FontIcon icon, Label title, Label detail) {
    icon.setIconCode(way.possible() ? Feather.DOWNLOAD : Feather.SLASH);
    title.setText(way.title());
    detail.setText(way.detail());
  }
}
