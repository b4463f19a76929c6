package dev.switchyard.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.switchyard.engine.configuration.InputException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MeshTest {
  private static final Mesh MESH = new Mesh(2, 3, 4);

  @Test
  void everyRankHasItsOwnPlace() {
    Set<Mesh.Coordinates> seen = new HashSet<>();
    for (int rank = 0; rank < MESH.size(); rank++) {
      Mesh.Coordinates at = MESH.at(rank);
      assertThat(MESH.rank(at)).isEqualTo(rank);
      seen.add(at);
    }
    assertThat(seen).hasSize(24);
    assertThatThrownBy(() -> MESH.at(24)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void neighboursAreAlongTheModelAxis() {
    assertThat(MESH.group(5, Axis.MODEL)).containsExactly(4, 5, 6, 7);
    assertThat(MESH.group(5, Axis.EXPERT)).containsExactly(1, 5, 9);
    assertThat(MESH.group(5, Axis.DATA)).containsExactly(5, 17);
    assertThat(MESH.group(5, Axis.DATA, Axis.EXPERT)).containsExactly(1, 5, 9, 13, 17, 21);
  }

  @Test
  void groupsAlongAnAxisCoverAllRanksOnce() {
    for (Axis axis : Axis.values()) {
      Set<Integer> covered = new HashSet<>();
      for (int rank = 0; rank < MESH.size(); rank++) {
        assertThat(MESH.group(rank, axis)).contains(rank).hasSize(MESH.length(axis));
        covered.addAll(MESH.group(rank, axis));
      }
      assertThat(covered).hasSize(24);
    }
  }

  @Test
  void theBatchIsDividedOverDataAndExpertAxes() {
    assertThat(MESH.shards()).isEqualTo(6);
    for (int rank : MESH.group(9, Axis.MODEL)) {
      assertThat(MESH.shard(rank)).isEqualTo(MESH.shard(9));
    }
    assertThat(MESH.group(9, Axis.DATA, Axis.EXPERT).stream().map(MESH::shard))
        .containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void isReadAsItIsWritten() {
    assertThat(Mesh.parse("data=2,expert=3,model=4", 24)).isEqualTo(MESH);
    assertThat(Mesh.parse(" expert = 4 ", 4)).isEqualTo(new Mesh(1, 4, 1));
    assertThat(Mesh.parse("", 4)).isEqualTo(new Mesh(4, 1, 1));
    assertThat(Mesh.parse(MESH.toString(), 24)).isEqualTo(MESH);
    assertThat(Mesh.parse(Mesh.ONE.toString(), 1)).isEqualTo(Mesh.ONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"data", "data=0", "data=-2", "pipeline=2", "data=2,data=2", "2,2", "=", ","})
  void whatIsNoMeshIsRefused(String text) {
    assertThatThrownBy(() -> Mesh.parse(text, 4))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("mesh is \"" + text + "\"");
  }

  @Test
  void meshAndDevicesMustAgree() {
    assertThatThrownBy(() -> Mesh.parse("data=2,expert=4", 4))
        .isInstanceOf(InputException.class)
        .hasMessage("mesh data=2,expert=4 has 8 devices, but devices is 4: make both the same.");
  }

  @Test
  void moreDevicesThanCanBeCountedAreCounted() {
    assertThatThrownBy(() -> Mesh.parse("data=999999,expert=999999", 4))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "mesh data=999999,expert=999999 has 999998000001 devices, but devices is 4: make both"
                + " the same.");
    assertThatThrownBy(() -> new Mesh(1 << 20, 1 << 20, 1 << 20))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("more than there can be");
  }
}
