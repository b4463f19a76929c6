package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.app.command.Session.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sample's weights, seen from the terminal. */
final class InspectCommandTest {
  private static final String LAYER = "decoder.block.1.layer.9.mlp";

  @TempDir Path folder;

  @Test
  void weightsOneOfThemAndTheExpertsOfALayer() throws Exception {
    Session session = new Session(folder);
    Result listed = session.run("inspect", "tongues", "--json");
    assertThat(listed.err()).isEmpty();
    JsonNode model = new ObjectMapper().readTree(listed.out());
    String layer = model.at("/expert_layers/0").asText();
    String weight = model.at("/weights/0/name").asText();
    assertThat(layer).endsWith(".mlp");

    Result lines = session.run("inspect", "tongues");
    assertThat(lines.lines().getLast()).startsWith("tongues: ").contains(layer);
    assertThat(lines.out()).contains(layer + ".experts.*.wi.weight");

    Result figures = session.run("inspect", "tongues", "--weight", weight);
    assertThat(figures.err()).isEmpty();
    assertThat(figures.out()).startsWith(weight).contains("norm ").contains("#");

    JsonNode alike =
        new ObjectMapper()
            .readTree(session.run("inspect", "tongues", "--experts", layer, "--json").out());
    int experts = alike.at("/experts").asInt();
    assertThat(experts).isGreaterThan(1);
    assertThat(alike.at("/weights").size()).isEqualTo(experts);
    assertThat(alike.at("/router/0/0").asDouble()).isEqualTo(1);
  }

  @Test
  void whatIsNotThereIsNamed() {
    Session session = new Session(folder);
    assertThat(session.run("inspect", "tongues", "--weight", "nothing"))
        .matches(r -> r.code() == 2 && r.err().contains("nothing") && r.err().lines().count() == 1);
    assertThat(session.run("inspect", "tongues", "--experts", LAYER + "x"))
        .matches(r -> r.code() == 2 && r.err().contains(LAYER + "x"));
    assertThat(session.run("inspect", folder.toString()))
        .matches(r -> r.code() == 2 && r.err().lines().count() == 1);
    assertThat(session.run("inspect", "tongues", "--experts", LAYER, "--weight", "w"))
        .matches(r -> r.code() == 2);
  }
}
