package dev.switchyard.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.switchyard.app.command.Session.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dense run becomes a sparse model, which every command opens and which trains on. */
final class UpcycleCommandTest {
  @TempDir Path folder;

  @Test
  void trainDenseUpcycleRouteAndTrainOn() throws Exception {
    Session session = new Session(folder.resolve("home"));
    String docs = Session.documents(folder.resolve("docs")).toString();
    String dense = folder.resolve("dense").toString();
    String sparse = folder.resolve("sparse").toString();
    assertThat(
            session
                .run(
                    "train",
                    "--data",
                    docs,
                    "--out",
                    dense,
                    "--preset",
                    "tiny",
                    "--steps",
                    "2",
                    "--set",
                    "encoder_sparse_step=0",
                    "--set",
                    "decoder_sparse_step=0",
                    "--set",
                    "eval_every=0")
                .err())
        .isEmpty();

    Result upcycled =
        session.run(
            "upcycle",
            dense,
            "--experts",
            "4",
            "--decoder-layers",
            "0,1",
            "--out",
            sparse,
            "--set",
            "capacity_factor=2");
    assertThat(upcycled.err()).isEmpty();
    assertThat(upcycled.out())
        .startsWith(sparse + ": ")
        .contains("parameters, 4 experts in each of 3 Switch layers");

    Result routed = session.run("route", sparse, "--text", "Wagon 7");
    assertThat(routed.err()).isEmpty();
    assertThat(routed.out()).contains("decoder.block.0", "decoder.block.1", "encoder.block.1");

    Result trained =
        session.run(
            "train",
            "--from",
            sparse,
            "--data",
            docs,
            "--out",
            folder.resolve("on").toString(),
            "--preset",
            "tiny",
            "--steps",
            "2",
            "--set",
            "eval_every=0");
    assertThat(trained.err()).isEmpty();
    assertThat(trained.lines().getLast()).startsWith("2 steps, loss ");
  }

  @Test
  void whatCanNotBeUpcycledIsSaidInOneLine() {
    Session session = new Session(folder.resolve("home"));
    Result missing =
        session.run(
            "upcycle", "nowhere", "--experts", "4", "--out", folder.resolve("x").toString());
    assertThat(missing.code()).isEqualTo(Problems.BAD_INPUT);
    assertThat(missing.err().lines()).singleElement().asString().contains("no model \"nowhere\"");
    Result wrong =
        session.run(
            "upcycle",
            "nowhere",
            "--experts",
            "4",
            "--set",
            "expert=2",
            "--out",
            folder.resolve("x").toString());
    assertThat(wrong.err().lines()).singleElement().asString().contains("no setting \"expert\"");
  }
}
