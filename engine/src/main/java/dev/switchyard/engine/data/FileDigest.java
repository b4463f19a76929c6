package dev.switchyard.engine.data;

import dev.switchyard.engine.configuration.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a file held when a run read it: its provenance.
 *
 * @param path as it was given, or found
 * @param bytes its size
 * @param modified when it was last changed, milliseconds since 1970
 * @param sha256 of its bytes, in hexadecimal
 */
public record FileDigest(String path, long bytes, long modified, String sha256) {

  /**
   * Reads a whole file.
   *
   * @throws InputException where it can't be read
   */
  public static FileDigest of(Path file) {
    try {
      return new FileDigest(
          file.toString(),
          Files.size(file),
          Files.getLastModifiedTime(file).toMillis(),
          sha256(file));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Its values by name, as {@code run.json} holds them. */
  public Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("path", path);
    values.put("bytes", bytes);
    values.put("modified", modified);
    values.put("sha256", sha256);
    return values;
  }

  /** The SHA-256 of a file's bytes, in hexadecimal. */
  public static String sha256(Path file) {
    MessageDigest digest = newSha256();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  private static InputException unreadable(Path file, IOException e) {
    return new InputException(
        "%s can't be read: check that it is there and that you may open it.".formatted(file), e);
  }
}
