package dev.switchyard.views.inspect;

import dev.switchyard.engine.observe.StoredWeight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javafx.scene.control.TreeItem;

/** Tensors as a tree by the parts of their names. */
final class WeightTree {
  private WeightTree() {}

  /**
   * A line of the tree.
   *
   * @param part of the names below it
   * @param path the whole beginning of the names below it
   * @param weight the tensor; null for a branch
   * @param elements of all tensors below
   * @param tensors how many are below
   */
  record Row(String part, String path, StoredWeight weight, long elements, int tensors) {
    boolean isTensor() {
      return weight != null;
    }
  }

  private static final class Branch {
    final Map<String, Branch> below = new LinkedHashMap<>();
    StoredWeight weight;
  }

  /**
   * The tree of all tensors whose names have every word, open where words were given; null where
   * none has.
   */
  static TreeItem<Row> of(String name, List<StoredWeight> weights, String words) {
    Branch root = new Branch();
    String[] wanted = words.toLowerCase(Locale.ROOT).strip().split("\\s+");
    for (StoredWeight weight : weights) {
      if (has(weight, wanted)) {
        Branch at = root;
        for (String part : weight.name().split("\\.")) {
          at = at.below.computeIfAbsent(part, p -> new Branch());
        }
        at.weight = weight;
      }
    }
    TreeItem<Row> item = item(name, "", root, !words.isBlank());
    item.setExpanded(true);
    return root.below.isEmpty() ? null : item;
  }

  private static boolean has(StoredWeight weight, String[] wanted) {
    String name = weight.name().toLowerCase(Locale.ROOT);
    for (String word : wanted) {
      if (!name.contains(word)) {
        return false;
      }
    }
    return true;
  }

  private static TreeItem<Row> item(String part, String path, Branch branch, boolean open) {
    List<TreeItem<Row>> items = new ArrayList<>();
    branch.below.forEach(
        (key, child) -> {
          String name = key;
          Branch at = child;
          // A branch with a single one below it is one line with that one.
          while (at.weight == null && at.below.size() == 1) {
            Map.Entry<String, Branch> only = at.below.entrySet().iterator().next();
            name = name + "." + only.getKey();
            at = only.getValue();
          }
          items.add(item(name, path.isEmpty() ? name : path + "." + name, at, open));
        });
    long elements = branch.weight == null ? 0 : branch.weight.elements();
    int tensors = branch.weight == null ? 0 : 1;
    for (TreeItem<Row> below : items) {
      elements += below.getValue().elements();
      tensors += below.getValue().tensors();
    }
    TreeItem<Row> item = new TreeItem<>(new Row(part, path, branch.weight, elements, tensors));
    item.getChildren().setAll(items);
    item.setExpanded(open);
    return item;
  }
}
