package dev.switchyard.views.chart;

import dev.switchyard.engine.store.CsvFile;

/** A chart as files, made of what it showed at one moment; may be called on any thread. */
public interface ChartExport {
  /** A PNG, twice as fine as the screen. */
  byte[] png();

  /** An SVG. */
  byte[] svg();

  /** The numbers that are drawn. */
  CsvFile csv();
}
