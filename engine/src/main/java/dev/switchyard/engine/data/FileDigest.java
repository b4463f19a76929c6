package dev.switchyard.engine.data;

/**
 * What a file held when a run read it: its provenance.
 *
 * @param path as it was given, or found
 * @param bytes its size
 * @param modified when it was last changed, milliseconds since 1970
 * @param sha256 of its bytes, in hexadecimal
 */
public record FileDigest(String path, long bytes, long modified, String sha256) {}
