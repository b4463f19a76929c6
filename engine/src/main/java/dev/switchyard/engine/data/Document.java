package dev.switchyard.engine.data;

/**
 * One text of a {@link Corpus}: a line of JSON lines, or a block of paragraphs.
 *
 * @param number of the block or line in its file, from 0
 * @param offset of its first byte in the file
 * @param nextOffset of the first byte after it
 * @param text never blank
 */
public record Document(long number, long offset, long nextOffset, String text) {}
