package dev.switchyard.engine.microscope;

import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.observe.ExpertSimilarity;
import dev.switchyard.engine.observe.Inspection;
import dev.switchyard.engine.observe.StoredWeight;
import dev.switchyard.engine.observe.WeightStatistics;
import dev.switchyard.engine.store.StoredTensor;
import dev.switchyard.engine.store.TensorDirectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The weights of a model folder, each read when it is asked for. */
public final class FolderInspection implements Inspection {
  private static final Pattern OF_EXPERT = Pattern.compile("(.+)\\.experts\\.expert_(\\d+)(\\..+)");
  private static final String ROUTER = ".router.classifier.weight";

  private final String name;
  private final TensorDirectory files;
  private final List<StoredWeight> weights;
  // By layer: by expert: the tensors of that expert.
  private final Map<String, TreeMap<Integer, List<StoredTensor>>> experts = new LinkedHashMap<>();

  /**
   * Looks at tensors.
   *
   * @param name for people
   * @param files closed with this
   */
  public FolderInspection(String name, TensorDirectory files) {
    this.name = name;
    this.files = files;
    List<StoredWeight> all = new ArrayList<>();
    for (StoredTensor tensor : files.tensors().values()) {
      String file = String.valueOf(files.fileOf(tensor.name()).getFileName());
      all.add(
          StoredWeight.of(
              tensor.name(),
              tensor.type().name(),
              tensor.shape(),
              tensor.end() - tensor.start(),
              file));
      Matcher expert = OF_EXPERT.matcher(tensor.name());
      if (expert.matches() && expert.group(2).length() < 9 && tensor.type().holdsWeights()) {
        experts
            .computeIfAbsent(expert.group(1), l -> new TreeMap<>())
            .computeIfAbsent(Integer.valueOf(expert.group(2)), e -> new ArrayList<>())
            .add(tensor);
      }
    }
    this.weights = List.copyOf(all);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<StoredWeight> weights() {
    return weights;
  }

  @Override
  public List<String> expertLayers() {
    return List.copyOf(experts.keySet());
  }

  @Override
  public WeightStatistics statistics(String weight, BooleanSupplier stop) {
    StoredTensor tensor = files.tensor(weight);
    if (!tensor.type().holdsWeights()) {
      throw new InputException(
          "%s: tensor %s is of type %s; figures are for F32, F64, F16 and BF16."
              .formatted(files.fileOf(weight), weight, tensor.type()));
    }
    WeightFigures figures = new WeightFigures();
    read(tensor, stop, figures::add);
    figures.beginHistogram();
    read(tensor, stop, figures::count);
    return figures.of(
        weights.stream().filter(w -> w.name().equals(weight)).findFirst().orElseThrow());
  }

  private interface Numbers {
    void take(float[] numbers);
  }

  private void read(StoredTensor tensor, BooleanSupplier stop, Numbers to) {
    files.read(
        tensor.name(),
        (at, bytes) -> {
          check(stop);
          float[] numbers = new float[Math.toIntExact(bytes.byteSize() / tensor.type().bytes())];
          tensor.type().floats(bytes, numbers, 0);
          to.take(numbers);
        });
  }

  private static void check(BooleanSupplier stop) {
    if (stop.getAsBoolean()) {
      throw new CancellationException();
    }
  }

  @Override
  public ExpertSimilarity similarity(String layer, BooleanSupplier stop) {
    TreeMap<Integer, List<StoredTensor>> of = experts.get(layer);
    if (of == null) {
      throw new InputException(
          "%s has no layer \"%s\" with experts%s."
              .formatted(
                  files.origin(),
                  layer,
                  experts.isEmpty() ? "" : "; the first is " + expertLayers().getFirst()));
    }
    List<List<StoredTensor>> all = List.copyOf(of.values());
    checkAlike(layer, all);
    RowSample sample = RowSample.of(all.getFirst(), all.size());
    float[][] numbers = new float[all.size()][];
    for (int i = 0; i < numbers.length; i++) {
      check(stop);
      numbers[i] = sample.read(files, all.get(i));
    }
    return new ExpertSimilarity(
        layer,
        numbers.length,
        Cosines.of(numbers, stop),
        sample.compared(),
        sample.held(),
        routerCosines(layer, numbers.length, stop));
  }

  /** Two experts can be compared where their tensors have the same ends of names and shapes. */
  private void checkAlike(String layer, List<List<StoredTensor>> all) {
    List<String> first = outlines(all.getFirst());
    for (List<StoredTensor> expert : all) {
      if (!outlines(expert).equals(first)) {
        throw new InputException(
            "%s: the experts of layer %s have different tensors, so they can't be compared: %s and"
                .concat(" %s.")
                .formatted(files.origin(), layer, first, outlines(expert)));
      }
    }
  }

  private static List<String> outlines(List<StoredTensor> expert) {
    List<String> outlines = new ArrayList<>();
    for (StoredTensor tensor : expert) {
      Matcher name = OF_EXPERT.matcher(tensor.name());
      String end = name.matches() ? name.group(3).substring(1) : tensor.name();
      outlines.add(end + Arrays.toString(tensor.shape()));
    }
    outlines.sort(null);
    return outlines;
  }

  private float[] routerCosines(String layer, int count, BooleanSupplier stop) {
    StoredTensor router = files.tensors().get(layer + ROUTER);
    boolean fits =
        router != null
            && router.type().holdsWeights()
            && router.shape().length == 2
            && router.shape()[0] == count
            && router.elements() < Integer.MAX_VALUE / 8;
    if (!fits) {
      return new float[0];
    }
    float[] weights = files.floats(router.name());
    int width = Math.toIntExact(router.shape()[1]);
    float[][] rows = new float[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = Arrays.copyOfRange(weights, i * width, (i + 1) * width);
    }
    return Cosines.of(rows, stop);
  }

  @Override
  public void close() {
    files.close();
  }
}
