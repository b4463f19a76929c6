package dev.switchyard.engine.backend.cuda;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Looks for the libraries of CUDA 13 without loading any. The first place that has one gives it:
 *
 * <ol>
 *   <li>{@code SWITCHYARD_CUDA_HOME},
 *   <li>a CUDA installation: {@code CUDA_HOME}, then /usr/local/cuda and /usr/local/cuda-13*,
 *   <li>the folders {@code nvidia} of pip: of {@code VIRTUAL_ENV}, then of the Python on the path,
 *   <li>what the system's loader knows ({@code ldconfig -p}),
 *   <li>the jars of the Maven profile {@code cuda-redist}.
 * </ol>
 *
 * @param environment the process's variables
 * @param root the file system's root; another one in tests
 */
record LibrarySearch(Map<String, String> environment, Path root) {
  private static final String OWN_HOME = "SWITCHYARD_CUDA_HOME";
  private static final List<String> IN_HOME =
      List.of("lib64", "lib", "targets/x86_64-linux/lib", "");
  private static final String SITE_PACKAGES =
      "import site; print('\\n'.join([*site.getsitepackages(), site.getusersitepackages()]))";
  private static final long PATIENCE_SECONDS = 10;
  private static final String ON_CLASS_PATH = "org/bytedeco/cuda/linux-x86_64/";

  /** The search on this machine. */
  static LibrarySearch ofMachine() {
    return new LibrarySearch(System.getenv(), Path.of("/"));
  }

  /** Whatever is found, in the order of loading. */
  List<FoundLibrary> find() {
    Map<CudaLibrary, FoundLibrary> found = new EnumMap<>(CudaLibrary.class);
    addFrom(named(OWN_HOME), OWN_HOME, found);
    addFrom(installations(), "CUDA installation", found);
    addFrom(packages(environment.get("VIRTUAL_ENV")), "Python packages", found);
    if (!isComplete(found)) {
      addFrom(pythonPackages(), "Python packages", found);
    }
    if (!isComplete(found)) {
      addFrom(systemFolders(), "system", found);
      addFromClassPath(found);
    }
    return List.copyOf(found.values());
  }

  /**
   * What is wrong with the folder that {@code SWITCHYARD_CUDA_HOME} names: nothing of CUDA 13 lies
   * there; empty where it is right, or nothing is named.
   */
  Optional<String> uselessHome() {
    String home = environment.getOrDefault(OWN_HOME, "");
    Map<CudaLibrary, FoundLibrary> found = new EnumMap<>(CudaLibrary.class);
    addFrom(named(OWN_HOME), OWN_HOME, found);
    return home.isBlank() || !found.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s is %s, but no library of CUDA 13 lies there: name the folder that has lib64"
                .formatted(OWN_HOME, home));
  }

  /** NCCL is no part of a CUDA installation: mostly it lies elsewhere. */
  private static boolean isComplete(Map<CudaLibrary, FoundLibrary> found) {
    return found.keySet().containsAll(CudaLibrary.needed())
        && found.containsKey(CudaLibrary.COLLECTIVES);
  }

  private List<Path> named(String variable) {
    String value = environment.get(variable);
    return value == null || value.isBlank() ? List.of() : inHome(Path.of(value));
  }

  private static List<Path> inHome(Path home) {
    List<Path> folders = new ArrayList<>(IN_HOME.stream().map(home::resolve).toList());
    folders.addAll(packageFolders(home.resolve("nvidia")));
    return folders;
  }

  private List<Path> installations() {
    List<Path> folders = new ArrayList<>(named("CUDA_HOME"));
    Path local = root.resolve("usr/local");
    folders.addAll(inHome(local.resolve("cuda")));
    // The newest of several versions first.
    folderNames(local, "cuda-13*").reversed().forEach(home -> folders.addAll(inHome(home)));
    return folders;
  }

  /** A virtual environment's. */
  private static List<Path> packages(String environmentFolder) {
    List<Path> folders = new ArrayList<>();
    if (environmentFolder != null && !environmentFolder.isBlank()) {
      for (Path python : folderNames(Path.of(environmentFolder, "lib"), "python3*")) {
        folders.addAll(packageFolders(python.resolve("site-packages/nvidia")));
      }
    }
    return folders;
  }

  /** pip puts CUDA 13 into nvidia/cu13/lib, and some libraries into folders of their own. */
  private static List<Path> packageFolders(Path nvidia) {
    List<Path> folders = new ArrayList<>(List.of(nvidia.resolve("cu13/lib")));
    folderNames(nvidia, "*").forEach(each -> folders.add(each.resolve("lib")));
    return folders;
  }

  private List<Path> pythonPackages() {
    List<Path> folders = new ArrayList<>();
    for (String program : List.of("python3", "python")) {
      Optional<Path> python = onPath(program);
      if (python.isPresent()) {
        for (String line : output(python.get().toString(), "-c", SITE_PACKAGES)) {
          folders.addAll(packageFolders(Path.of(line.strip(), "nvidia")));
        }
        return folders;
      }
    }
    return folders;
  }

  private Optional<Path> onPath(String program) {
    for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path file = Path.of(folder, program);
      if (!folder.isBlank() && Files.isExecutable(file) && !Files.isDirectory(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /** Lines like "libcudart.so.13 (libc6,x86-64) => /usr/lib/libcudart.so.13". */
  private List<Path> systemFolders() {
    Path program = root.resolve("sbin/ldconfig");
    Map<Path, Boolean> folders = new LinkedHashMap<>();
    if (Files.isExecutable(program)) {
      for (String line : output(program.toString(), "-p")) {
        int arrow = line.indexOf("=> ");
        boolean asked =
            List.of(CudaLibrary.values()).stream()
                .anyMatch(library -> line.contains(library.fileName()));
        if (asked && arrow >= 0) {
          folders.put(Path.of(line.substring(arrow + 3).strip()).getParent(), true);
        }
      }
    }
    return List.copyOf(folders.keySet());
  }

  private static void addFrom(
      List<Path> folders, String source, Map<CudaLibrary, FoundLibrary> found) {
    for (CudaLibrary library : CudaLibrary.values()) {
      if (found.containsKey(library)) {
        continue;
      }
      for (Path folder : folders) {
        List<Path> files = entries(folder, library.fileName() + "*");
        if (!files.isEmpty()) {
          found.put(library, new FoundLibrary(library, files.getFirst(), source));
          break;
        }
      }
    }
  }

  /** What a jar holds is unpacked when it is loaded; until then its address in the jar is told. */
  private static void addFromClassPath(Map<CudaLibrary, FoundLibrary> found) {
    for (CudaLibrary library : CudaLibrary.values()) {
      String name =
          library == CudaLibrary.COMPILER_BUILTINS ? library.fileName() + ".1" : library.fileName();
      if (LibrarySearch.class.getClassLoader().getResource(ON_CLASS_PATH + name) != null) {
        found.putIfAbsent(
            library,
            new FoundLibrary(library, Path.of(ON_CLASS_PATH + name), FoundLibrary.CLASS_PATH));
      }
    }
  }

  private static List<Path> folderNames(Path folder, String pattern) {
    return entries(folder, pattern).stream().filter(Files::isDirectory).toList();
  }

  private static List<Path> entries(Path folder, String pattern) {
    List<Path> entries = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, pattern)) {
        stream.forEach(entries::add);
      } catch (IOException | UncheckedIOException _) {
        return List.of(); // A folder that can't be read has nothing that could be loaded.
      }
    }
    entries.sort(Comparator.naturalOrder());
    return entries;
  }

  /** Lines that a program wrote; none where it fails or takes too long. */
  private static List<String> output(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return List.of();
      }
      return process.exitValue() == 0 ? text.lines().toList() : List.of();
    } catch (IOException _) {
      return List.of();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }
}
