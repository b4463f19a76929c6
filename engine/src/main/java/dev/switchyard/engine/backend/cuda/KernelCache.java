package dev.switchyard.engine.backend.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled kernels in files, each named after all that its code depends on: the source, the
 * options, the compiler and the driver. A file ends with its own checksum; one that does not fit is
 * made anew. Where nothing can be written, kernels are compiled at each start.
 *
 * @param folder for the files
 */
record KernelCache(Path folder) {
  private static final Logger LOG = LoggerFactory.getLogger(KernelCache.class);
  private static final int CHECKSUM_BYTES = 32;

  /** In the program's home folder: {@code SWITCHYARD_HOME}, or Switchyard in the user's. */
  static KernelCache ofEnvironment() {
    String named = System.getenv("SWITCHYARD_HOME");
    Path home =
        named == null || named.isBlank()
            ? Path.of(System.getProperty("user.home"), "Switchyard")
            : Path.of(named);
    return new KernelCache(home.resolve("cache").resolve("cuda"));
  }

  /**
   * The code, read or made.
   *
   * @param dependsOn everything that another code would follow from
   */
  byte[] get(String name, List<String> dependsOn, Supplier<byte[]> make) {
    Path file = folder.resolve(name + "-" + hash(dependsOn) + ".kernels");
    return read(file).orElseGet(() -> write(file, make.get()));
  }

  private static String hash(List<String> texts) {
    MessageDigest digest = digest();
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  private static Optional<byte[]> read(Path file) {
    try {
      byte[] whole = Files.isRegularFile(file) ? Files.readAllBytes(file) : new byte[0];
      int length = whole.length - CHECKSUM_BYTES;
      if (length <= 0) {
        return Optional.empty();
      }
      byte[] code = Arrays.copyOf(whole, length);
      byte[] checksum = Arrays.copyOfRange(whole, length, whole.length);
      return Arrays.equals(checksum, digest().digest(code)) ? Optional.of(code) : Optional.empty();
    } catch (IOException e) {
      LOG.info("Compiled kernels can't be read from {}", file, e);
      return Optional.empty();
    }
  }

  private static byte[] write(Path file, byte[] code) {
    try {
      Files.createDirectories(file.getParent());
      byte[] whole = Arrays.copyOf(code, code.length + CHECKSUM_BYTES);
      System.arraycopy(digest().digest(code), 0, whole, code.length, CHECKSUM_BYTES);
      Path aside = Files.createTempFile(file.getParent(), "new", ".kernels");
      Files.write(aside, whole);
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.info("Compiled kernels can't be kept in {}", file, e);
    }
    return code;
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
