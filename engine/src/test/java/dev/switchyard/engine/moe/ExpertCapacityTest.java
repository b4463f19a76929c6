package dev.switchyard.engine.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.backend.RoutingPlan;
import dev.switchyard.engine.configuration.InputException;
import dev.switchyard.engine.configuration.SettingsRecord;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who gives how much room: the rounding of each code, side by side. */
final class ExpertCapacityTest {
  private static ExpertCapacity by(double factor, Map<String, ?> settings) {
    return new ExpertCapacity(SettingsRecord.with(CapacityConfig.defaults(), settings), factor);
  }

  @Test
  void meshTensorFlowRoundsDown() {
    ExpertCapacity mesh = by(1.25, Map.of("capacity_rule", "mesh_tensorflow"));
    assertThat(mesh.of(1024, 16)).isEqualTo(80);
    assertThat(mesh.of(100, 8)).as("of 15.625").isEqualTo(15);
    assertThat(mesh.of(64, 64)).as("at least the smallest").isEqualTo(4);
    assertThat(by(100, Map.of()).of(64, 2)).as("at most the group").isEqualTo(64);
    assertThat(by(1, Map.of()).of(2, 2)).as("but the smallest all the same").isEqualTo(4);
  }

  @Test
  void flaxformerRoundsHalvesToEven() {
    Map<String, ?> flaxformer = Map.of("capacity_rule", "flaxformer");
    assertThat(by(1.25, flaxformer).of(100, 8)).as("of 15.625").isEqualTo(16);
    assertThat(by(1, flaxformer).of(100, 8)).as("of 12.5").isEqualTo(12);
    assertThat(by(1, flaxformer).of(108, 8)).as("of 13.5").isEqualTo(14);
    assertThat(by(1.25, flaxformer).of(64, 64)).as("at least the smallest").isEqualTo(4);
    assertThat(by(100, flaxformer).of(64, 2)).as("not bound by the group").isEqualTo(3200);
  }

  @Test
  void huggingFaceHasAFixedRoomInEachRow() {
    ExpertCapacity each =
        by(
            1.25,
            Map.of("capacity_rule", "hugging_face", "expert_capacity", 7, "routing_groups", 5));
    assertThat(each.plan(3, 96, 8, "the batch")).isEqualTo(new RoutingPlan(3, 32, 8, 7));
    assertThat(by(2, Map.of("capacity_rule", "hugging_face")).of(1000, 2)).isEqualTo(64);
  }

  @Test
  void droplessTakesAll() {
    assertThat(by(1.25, Map.of("capacity_rule", "dropless")).of(100, 8)).isEqualTo(100);
  }

  @Test
  void groupsMustBeEqual() {
    assertThat(by(1, Map.of("routing_groups", 3)).plan(4, 96, 8, "the batch").groupSize())
        .isEqualTo(32);
    assertThatThrownBy(() -> by(1, Map.of("routing_groups", 5)).plan(4, 96, 8, "the batch"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("routing_groups is 5")
        .hasMessageContaining("96 tokens");
  }

  @Test
  void aGroupSizeGivesTheFewestGroupsThatDivideTheBatch() {
    // tokens / size, then up to what divides the tokens and is a multiple of routing_groups.
    assertThat(groups(4096, Map.of("routing_group_size", 1024))).isEqualTo(4);
    assertThat(groups(4096, Map.of("routing_group_size", 8192))).isEqualTo(1);
    assertThat(groups(96, Map.of("routing_group_size", 20))).as("of 4").isEqualTo(4);
    assertThat(groups(96, Map.of("routing_group_size", 18))).as("5 does not divide").isEqualTo(6);
    assertThat(groups(96, Map.of("routing_group_size", 30, "routing_groups", 4))).isEqualTo(4);
    assertThat(groups(96, Map.of("routing_group_size", 18, "routing_groups", 4))).isEqualTo(8);
    assertThat(groups(97, Map.of("routing_group_size", 50))).as("a prime").isEqualTo(1);
    assertThat(groups(97, Map.of("routing_group_size", 40))).as("a prime").isEqualTo(97);
  }

  private static int groups(int tokens, Map<String, ?> settings) {
    return by(1, settings).plan(1, tokens, 8, "the batch").groups();
  }
}
