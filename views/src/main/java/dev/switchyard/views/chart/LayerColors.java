package dev.switchyard.views.chart;

import java.util.List;
import javafx.scene.paint.Color;

/** Lines of layers: the encoder's blue, the decoder's orange, deeper layers lighter. */
public final class LayerColors {
  private LayerColors() {}

  /** The colour of a layer among the layers of a run, by its name. */
  public static Color of(String layer, List<String> layers, boolean dark) {
    boolean encoder = layer.startsWith("enc");
    List<String> stack = layers.stream().filter(name -> name.startsWith("enc") == encoder).toList();
    double depth = stack.size() < 2 ? 0.4 : (double) stack.indexOf(layer) / (stack.size() - 1);
    Color from =
        Color.web(encoder ? (dark ? "#2f7fe0" : "#0b4f9e") : (dark ? "#d55e00" : "#b04a00"));
    Color to = Color.web(encoder ? (dark ? "#8fd0ff" : "#4aa3e8") : (dark ? "#f5b942" : "#e69f00"));
    return from.interpolate(to, depth);
  }
}
