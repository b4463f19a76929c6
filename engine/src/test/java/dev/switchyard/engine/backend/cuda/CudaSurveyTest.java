package dev.switchyard.engine.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found is told with its place, and what is missing with what to do about it. */
class CudaSurveyTest {
  private static final String PRESETS = "13.1-9.19-1.5.13";

  @TempDir Path folder;

  private static CudaSurvey survey(DriverFacts driver, CudaLibrary... without) {
    List<FoundLibrary> libraries =
        Arrays.stream(CudaLibrary.values())
            .filter(library -> !List.of(without).contains(library))
            .map(library -> new FoundLibrary(library, Path.of(library.fileName()), "system"))
            .toList();
    return new CudaSurvey(driver, libraries, PRESETS);
  }

  private static DriverFacts driver(int version, int capability) {
    return new DriverFacts(
        version, List.of(new GpuFacts(0, "NVIDIA Example", capability, 80L << 30)), "");
  }

  @Test
  void aMachineWithoutDriverIsToldToInstallOne() {
    CudaSurvey survey = survey(NvidiaDriver.ask("libcuda-that-is-not-there.so.1"));
    assertThat(survey.obstacle().orElseThrow())
        .contains("no NVIDIA driver")
        .contains("libcuda.so.1")
        .contains("install");
    assertThat(survey.usableGpus()).isEmpty();
  }

  @Test
  void theDriverIsAskedForItsGpus() throws Exception {
    Path library = FakeDriver.of(folder, 0, 13010, "NVIDIA H100", 90);
    DriverFacts facts = NvidiaDriver.ask(library.toString());
    assertThat(facts.gpus()).containsExactly(new GpuFacts(0, "NVIDIA H100", 90, 80L << 30));
    assertThat(facts.versionText()).isEqualTo("13.1");
    assertThat(survey(facts).obstacle()).isEmpty();
    assertThat(survey(facts).usableGpus()).hasSize(1);
  }

  @Test
  void aDriverWithoutGpuSaysSo() throws Exception {
    Path library = FakeDriver.of(folder, 100, 13010, "none", 90);
    assertThat(survey(NvidiaDriver.ask(library.toString())).obstacle().orElseThrow())
        .contains("finds no GPU");
    Path stub = FakeDriver.of(folder, 34, 13010, "none", 90);
    assertThat(survey(NvidiaDriver.ask(stub.toString())).obstacle().orElseThrow())
        .contains("error 34")
        .contains("stub");
  }

  @Test
  void aDriverTooOldIsNamedWithWhatIsNeeded() {
    assertThat(survey(driver(12040, 90)).obstacle().orElseThrow())
        .contains("CUDA up to 12.4")
        .contains("13.0")
        .contains("580");
  }

  @Test
  void aGpuTooOldIsNamedWithWhatIsNeeded() {
    CudaSurvey volta = survey(driver(13000, 70));
    assertThat(volta.obstacle().orElseThrow()).contains("NVIDIA Example").contains("7.0", "7.5");
    assertThat(survey(driver(13000, 75)).obstacle()).isEmpty();
  }

  @Test
  void oneGpuOfTwoThatCanBeUsedIsEnough() {
    DriverFacts both =
        new DriverFacts(
            13000,
            List.of(new GpuFacts(0, "old", 61, 1 << 30), new GpuFacts(1, "new", 120, 1 << 30)),
            "");
    assertThat(survey(both).obstacle()).isEmpty();
    assertThat(survey(both).usableGpus()).extracting(GpuFacts::name).containsExactly("new");
  }

  @Test
  void aMissingLibraryIsNamedWithHowToGetIt() {
    CudaSurvey survey =
        survey(driver(13000, 90), CudaLibrary.PRODUCTS, CudaLibrary.CUBLAS, CudaLibrary.COMPILER);
    assertThat(survey.obstacle().orElseThrow())
        .contains("libnvrtc.so.13, libcublasLt.so.13, libcublas.so.13 are missing")
        .contains("pip install nvidia-cuda-nvrtc nvidia-cublas,")
        .contains("SWITCHYARD_CUDA_HOME");
    assertThat(survey(driver(13000, 90), CudaLibrary.COLLECTIVES).obstacle()).isEmpty();
  }

  @Test
  void presetsOfCuda11StandInTheWay() {
    CudaSurvey survey =
        new CudaSurvey(driver(13000, 90), survey(driver(1, 1)).libraries(), "11.6-8.3-1.5.7");
    assertThat(survey.obstacle().orElseThrow()).contains("11.6").contains("nd4j-cuda");
  }

  // ---- where libraries are looked for ----

  private void library(String path) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.createFile(file);
  }

  private Map<CudaLibrary, FoundLibrary> found(Map<String, String> environment) {
    Map<CudaLibrary, FoundLibrary> found = new HashMap<>();
    new LibrarySearch(environment, folder).find().forEach(each -> found.put(each.library(), each));
    return found;
  }

  @Test
  void aNamedFolderWithoutLibrariesIsSpokenOf() throws IOException {
    Map<String, String> named = Map.of("SWITCHYARD_CUDA_HOME", folder.resolve("mine").toString());
    assertThat(new LibrarySearch(named, folder).uselessHome().orElseThrow())
        .contains("SWITCHYARD_CUDA_HOME is " + folder.resolve("mine"))
        .contains("lib64");
    library("mine/lib64/libcudart.so.13");
    assertThat(new LibrarySearch(named, folder).uselessHome()).isEmpty();
    assertThat(new LibrarySearch(Map.of(), folder).uselessHome()).isEmpty();
  }

  @Test
  void anInstallationOfCudaIsFoundUnderUsrLocal() throws IOException {
    library("usr/local/cuda-13.0/lib64/libcudart.so.13");
    library("usr/local/cuda-13.1/targets/x86_64-linux/lib/libcudart.so.13");
    library("usr/local/cuda-12.8/lib64/libnvrtc.so.12");
    FoundLibrary runtime = found(Map.of()).get(CudaLibrary.RUNTIME);
    assertThat(runtime.file().toString()).contains("cuda-13.1");
    assertThat(runtime.source()).isEqualTo("CUDA installation");
    assertThat(found(Map.of())).doesNotContainKey(CudaLibrary.COMPILER);
  }

  @Test
  void whatTheUserNamesComesFirst() throws IOException {
    library("usr/local/cuda/lib64/libcudart.so.13");
    library("mine/lib/libcudart.so.13");
    library("cuda-home/lib64/libcudart.so.13");
    String mine = folder.resolve("mine").toString();
    String home = folder.resolve("cuda-home").toString();
    assertThat(
            found(Map.of("SWITCHYARD_CUDA_HOME", mine, "CUDA_HOME", home))
                .get(CudaLibrary.RUNTIME)
                .file()
                .toString())
        .startsWith(mine);
    assertThat(found(Map.of("CUDA_HOME", home)).get(CudaLibrary.RUNTIME).file().toString())
        .startsWith(home);
  }

  @Test
  void pipsFoldersAreSearched() throws IOException {
    library("venv/lib/python3.12/site-packages/nvidia/cu13/lib/libnvrtc.so.13");
    library("venv/lib/python3.12/site-packages/nvidia/cu13/lib/libnvrtc-builtins.so.13.0");
    library("venv/lib/python3.12/site-packages/nvidia/nccl/lib/libnccl.so.2");
    Map<CudaLibrary, FoundLibrary> found =
        found(Map.of("VIRTUAL_ENV", folder.resolve("venv").toString()));
    assertThat(found)
        .containsOnlyKeys(
            CudaLibrary.COMPILER, CudaLibrary.COMPILER_BUILTINS, CudaLibrary.COLLECTIVES);
    assertThat(found.get(CudaLibrary.COMPILER).source()).isEqualTo("Python packages");
  }

  @Test
  void thePythonOnThePathSaysWhereItsPackagesAre() throws IOException {
    library("site/nvidia/cu13/lib/libcublasLt.so.13");
    program("bin/python3", "echo " + folder.resolve("site"));
    assertThat(found(Map.of("PATH", folder.resolve("bin").toString())))
        .containsOnlyKeys(CudaLibrary.PRODUCTS);
  }

  @Test
  void theSystemsLoaderKnowsWhatIsInstalledElsewhere() throws IOException {
    library("opt/strange/libcublas.so.13");
    program(
        "sbin/ldconfig",
        "echo 'libcublas.so.13 (libc6,x86-64) => %s'"
            .formatted(folder.resolve("opt/strange/libcublas.so.13")));
    FoundLibrary found = found(Map.of()).get(CudaLibrary.CUBLAS);
    assertThat(found.source()).isEqualTo("system");
    assertThat(found.file()).isEqualTo(folder.resolve("opt/strange/libcublas.so.13"));
  }

  @Test
  void ncclIsLookedForElsewhereWhereCudaIsComplete() throws IOException {
    for (CudaLibrary library : CudaLibrary.needed()) {
      library("usr/local/cuda/lib64/" + library.fileName());
    }
    library("usr/lib/libnccl.so.2");
    program(
        "sbin/ldconfig",
        "echo 'libnccl.so.2 (libc6,x86-64) => %s'"
            .formatted(folder.resolve("usr/lib/libnccl.so.2")));
    assertThat(found(Map.of()).get(CudaLibrary.COLLECTIVES).source()).isEqualTo("system");
  }

  private void program(String path, String line) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + line + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void aProgramThatFailsIsPassedOver() throws IOException {
    program("bin/python3", "exit 3");
    assertThat(found(Map.of("PATH", folder.resolve("bin").toString()))).isEmpty();
  }
}
