package dev.switchyard.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PositionBiasTest {
  /** src/test/oracle/switch_transformer.py asked transformers for the bucket of each distance. */
  @ParameterizedTest
  @ValueSource(strings = {"bidirectional", "causal"})
  void everyDistanceHasTheBucketThatCheckpointsExpect(String kind) throws IOException {
    JsonNode sought;
    try (InputStream file = PositionBiasTest.class.getResourceAsStream("position-buckets.json")) {
      sought = new ObjectMapper().readTree(file);
    }
    PositionBias bias =
        new PositionBias(
            (start, names, shape) -> new Parameter(names, null, null),
            "bias",
            sought.get("buckets").asInt(),
            2,
            sought.get("max_distance").asInt(),
            kind.equals("bidirectional"));
    JsonNode buckets = sought.get(kind);
    int first = sought.get("first_distance").asInt();
    for (int i = 0; i < buckets.size(); i++) {
      assertThat(bias.bucket(first + i))
          .as("distance %d", first + i)
          .isEqualTo(buckets.get(i).asInt());
    }
  }
}
