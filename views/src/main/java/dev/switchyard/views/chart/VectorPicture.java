package dev.switchyard.views.chart;

import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.w3c.dom.Document;

/** A drawing as the bytes of a PNG or an SVG. */
final class VectorPicture {
  private static final int FINER = 2;
  private static final String SVG = "http://www.w3.org/2000/svg";

  private VectorPicture() {}

  /** A drawing of so many pixels of the screen, twice as fine. */
  static byte[] png(double width, double height, Consumer<Graphics2D> draw) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image(width, height, draw), "png", bytes)) {
        throw new IllegalStateException("This Java writes no PNG");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The same in memory. */
  static BufferedImage image(double width, double height, Consumer<Graphics2D> draw) {
    BufferedImage image =
        new BufferedImage(
            (int) Math.ceil(width * FINER),
            (int) Math.ceil(height * FINER),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    try {
      g.scale(FINER, FINER);
      smooth(g);
      draw.accept(g);
    } finally {
      g.dispose();
    }
    return image;
  }

  /** Smooth edges of lines and letters. */
  static void smooth(Graphics2D g) {
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
  }

  /** A drawing as vectors; its words stay words. */
  static byte[] svg(double width, double height, Consumer<Graphics2D> draw) {
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document());
    context.setComment("Switchyard");
    SVGGraphics2D g = new SVGGraphics2D(context, false);
    g.setSVGCanvasSize(new Dimension((int) Math.ceil(width), (int) Math.ceil(height)));
    draw.accept(g);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Writer writer = new OutputStreamWriter(bytes, StandardCharsets.UTF_8)) {
      g.stream(writer, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      g.dispose();
    }
    return bytes.toByteArray();
  }

  private static Document document() {
    try {
      return DocumentBuilderFactory.newDefaultNSInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument(SVG, "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("This Java has no XML", e);
    }
  }
}
