package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.switchyard.app.command.Session.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code switchyard compare}, with the sample's run and another like it that was stopped early. */
final class CompareCommandTest {
  @TempDir Path folder;

  private Session session;
  private Path early;

  @BeforeEach
  void copyTheSamplesRun() throws IOException {
    session = new Session(folder.resolve("home"));
    Result one = session.run("compare", "tongues", "--json");
    Path sample = Path.of(new ObjectMapper().readTree(one.out()).at("/runs/0/folder").asText());
    early = Files.createDirectories(folder.resolve("home/runs/early"));
    Files.writeString(
        early.resolve("run.json"),
        Files.readString(sample.resolve("run.json"))
            .replace("\"num_experts\" : 16", "\"num_experts\" : 8"));
    List<String> metrics = Files.readAllLines(sample.resolve("metrics.jsonl"));
    Files.write(early.resolve("metrics.jsonl"), metrics.subList(0, 900));
  }

  @Test
  void saysWhoIsSoonerAndWhatDiffers() {
    Result result = session.run("compare", "tongues", "early");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("times sooner than tongues in", "tongues, twin", "early, twin")
        .containsPattern("num_experts +16 \\| 8");
    assertThat(result.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @Test
  void tellsMachinesTheSame() throws IOException {
    Result result = session.run("compare", "tongues", "early", "--against", "early", "--json");
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertThat(json.at("/differences/num_experts/0").asText()).isEqualTo("16");
    JsonNode tongues = json.at("/runs/0/models/0");
    // The run of 900 steps is the beginning of the other: it comes no sooner and no later.
    assertThat(tongues.at("/speed_up_steps").asDouble()).isEqualTo(1);
    // Half as many experts make a smaller router: a little less to compute for each token.
    assertThat(tongues.at("/speed_up_flops").asDouble()).isBetween(0.98, 1.0);
    assertThat(json.at("/runs/1/models/1/speed_up_steps").asDouble()).isLessThan(1);
    assertThat(json.at("/runs/1/steps").asInt()).isEqualTo(900);
    assertThat(json.at("/runs/0/models/0/last/held_out_cross_entropy").asDouble())
        .isCloseTo(2.252, within(5e-4)); // as the README says of the sample
  }

  @Test
  void writesTheCurves() throws IOException {
    Path csv = folder.resolve("tables/curves.csv");
    assertThat(session.run("compare", "early", "--csv", csv.toString()).code()).isZero();
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines.getFirst())
        .startsWith("run,model,step,seconds,tokens,flops,cross_entropy,loss,");
    assertThat(lines).hasSize(1 + 2 * 900);
    assertThat(lines.get(200))
        .startsWith("early,switch,200,14.778874")
        .contains(",3.97986092435894");
  }

  @Test
  void aRunWithoutAStepIsNoHindrance() throws IOException {
    Files.delete(early.resolve("metrics.jsonl"));
    Result result = session.run("compare", "tongues", "early");
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("early has made no step yet.");
  }

  @Test
  void whatCantBeComparedIsSaidInALine() throws IOException {
    Files.createDirectories(folder.resolve("home/runs/empty"));
    assertProblem(session.run("compare", "empty"), "is no run: it has no run.json");
    assertProblem(session.run("compare", "absent"), "There is no model \"absent\"");
    assertProblem(session.run("compare", "early", "--by", "miles"), "must be one of steps, time");
    assertProblem(session.run("compare", "early", "--against", "x"), "must be one of the runs");
    assertProblem(session.run("compare", "early", "--csv", folder.toString()), "it is a folder");
    Files.writeString(early.resolve("run.json"), "{");
    assertProblem(session.run("compare", "early"), "is damaged");
  }

  private static void assertProblem(Result result, String line) {
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(line).hasLineCount(1);
  }
}
