package dev.switchyard.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.engine.backend.Backend;
import dev.switchyard.engine.backend.Backends;
import dev.switchyard.engine.backend.ReferenceBackend;
import dev.switchyard.engine.data.Batch;
import dev.switchyard.engine.layer.Parameter;
import dev.switchyard.engine.moe.RoutingConfig;
import dev.switchyard.engine.observe.RoutingTrace.LayerRouting;
import dev.switchyard.engine.observe.StepReport.LayerReport;
import dev.switchyard.engine.store.Safetensors;
import dev.switchyard.engine.store.StoredTensor;
import dev.switchyard.engine.tensor.ElementType;
import dev.switchyard.engine.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Logits, losses, gradients and routing are those of Hugging Face's transformers with PyTorch's
 * gradients; src/test/oracle/switch_transformer.py makes the fixtures.
 */
final class SwitchTransformerOracleTest {
  private static final String HALF = "every-second-layer-sparse";
  private static final String ALL = "all-layers-sparse-untied";

  // Even in double precision the oracle takes the mean squares of its normalisations in single
  // precision, some ten of them one behind the other: no more than 5 digits can be asked for.
  private static final double TOLERANCE = 3e-5;

  @ParameterizedTest
  @ValueSource(strings = {HALF, ALL})
  void doublePrecision(String fixture) throws IOException {
    compare(fixture, new ReferenceBackend());
  }

  @ParameterizedTest
  @CsvSource({HALF + ", cpu", ALL + ", cpu", HALF + ", nd4j", ALL + ", nd4j"})
  void singlePrecision(String fixture, String backend) throws IOException {
    compare(fixture, Backends.open(backend, ElementType.FLOAT32));
  }

  private static void compare(String fixture, Backend backend) throws IOException {
    JsonNode sought = json(fixture);
    ModelConfig config = config(sought.get("config"));
    RoutingConfig routing =
        TinyModel.routing(
            Map.of(
                "capacity_rule",
                "hugging_face",
                "expert_capacity",
                sought.get("expert_capacity").asInt(),
                "router_aux_loss_coef",
                sought.get("router_aux_loss_coef").asDouble(),
                "router_z_loss_coef",
                sought.get("router_z_loss_coef").asDouble(),
                "router_ignore_padding_tokens",
                false));
    try (backend;
        Safetensors tensors = Safetensors.open(file(fixture + ".safetensors"));
        SwitchTransformer model = SwitchTransformer.unfilled(config, routing, backend, true)) {
      load(model, tensors);
      Batch batch = batch(sought);
      assertClose("logits", model.logits(batch), floats(tensors, "logits"));
      compareRouting(model.trace(batch, null), sought);
      StepFigures figures = model.forwardBackward(batch, 1, 1);
      assertThat(figures.crossEntropy())
          .isCloseTo(sought.get("cross_entropy").asDouble(), within(1e-5));
      assertThat(figures.loss()).isCloseTo(sought.get("loss").asDouble(), within(1e-5));
      compareFigures(figures.layers(), sought);
      compareGradients(model, tensors);
    }
  }

  private static void compareRouting(ForwardTrace trace, JsonNode sought) {
    for (int i = 0; i < trace.layers().size(); i++) {
      LayerRouting layer = trace.layers().get(i);
      JsonNode same = sought.get("layers").get(i);
      assertThat(layer.name()).isEqualTo(same.get("name").asText());
      assertThat(layer.capacity()).isEqualTo(sought.get("expert_capacity").asInt());
      assertThat(layer.expert()).containsExactly(ints(same.get("expert")));
      List<Boolean> kept = new ArrayList<>();
      same.get("kept").forEach(k -> kept.add(k.asBoolean()));
      assertThat(layer.kept()).containsExactly(kept.toArray(Boolean[]::new));
      for (int t = 0; t < kept.size(); t++) {
        assertThat((double) layer.gate()[t])
            .isCloseTo(same.get("gate").get(t).asDouble(), within(TOLERANCE));
      }
    }
    assertThat(trace.layers()).hasSize(sought.get("layers").size());
  }

  private static void compareFigures(List<LayerReport> layers, JsonNode sought) {
    for (int i = 0; i < layers.size(); i++) {
      JsonNode same = sought.get("layers").get(i);
      assertThat(layers.get(i).loadBalancingLoss())
          .isCloseTo(same.get("load_balancing_loss").asDouble(), within(TOLERANCE));
      assertThat(layers.get(i).zLoss())
          .isCloseTo(same.get("z_loss").asDouble(), within(10 * TOLERANCE));
    }
  }

  private static void compareGradients(SwitchTransformer model, Safetensors tensors) {
    int compared = 0;
    for (Parameter parameter : model.parameters()) {
      for (int i = 0; i < parameter.names().size(); i++) {
        String name = "gradient." + parameter.names().get(i);
        float[] gradient = model.backend().floats(part(parameter, parameter.gradient(), i));
        assertClose(name, gradient, floats(tensors, name));
        compared++;
      }
    }
    assertThat(tensors.tensors()).as("all were compared").hasSize(2 * compared + 1);
  }

  /** Differences are measured against the largest of the numbers. */
  private static void assertClose(String what, float[] numbers, float[] sought) {
    assertThat(numbers).as(what).hasSameSizeAs(sought);
    double largest = 0;
    double apart = 0;
    for (int i = 0; i < sought.length; i++) {
      largest = Math.max(largest, Math.abs(sought[i]));
      apart = Math.max(apart, Math.abs(numbers[i] - sought[i]));
    }
    assertThat(apart)
        .as("%s: largest difference, where %s is the largest number", what, largest)
        .isLessThanOrEqualTo(TOLERANCE * Math.max(largest, 1e-3));
  }

  private static void load(SwitchTransformer model, Safetensors tensors) {
    for (Parameter parameter : model.parameters()) {
      for (int i = 0; i < parameter.names().size(); i++) {
        model
            .backend()
            .write(
                part(parameter, parameter.value(), i), floats(tensors, parameter.names().get(i)));
      }
    }
  }

  private static Tensor part(Parameter parameter, Tensor tensor, int i) {
    return parameter.isExpert() ? tensor.part(i, i + 1) : tensor;
  }

  private static float[] floats(Safetensors tensors, String name) {
    StoredTensor tensor = tensors.tensor(name);
    return tensors.floats(tensor);
  }

  private static ModelConfig config(JsonNode config) {
    Map<String, Object> settings = new HashMap<>();
    config
        .properties()
        .forEach(
            entry ->
                settings.put(
                    entry.getKey(),
                    entry.getValue().isBoolean()
                        ? (Object) entry.getValue().asBoolean()
                        : entry.getValue().asInt()));
    return TinyModel.config(settings);
  }

  private static Batch batch(JsonNode sought) {
    int[] labels = ints(sought.get("labels"));
    int[] targetMask = new int[labels.length];
    for (int t = 0; t < labels.length; t++) {
      targetMask[t] = labels[t] == Batch.IGNORED ? 0 : 1;
    }
    return new Batch(
        sought.get("rows").asInt(),
        sought.get("length").asInt(),
        sought.get("length").asInt(),
        ints(sought.get("inputs")),
        ints(sought.get("decoder_inputs")),
        labels,
        ints(sought.get("input_mask")),
        targetMask);
  }

  static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  static JsonNode json(String fixture) throws IOException {
    return new ObjectMapper().readTree(file(fixture + ".json").toFile());
  }

  private static Path file(String name) {
    try {
      return Path.of(SwitchTransformerOracleTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
