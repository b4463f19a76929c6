package dev.switchyard.samples;

import java.util.List;

/** The words of the sample corpus, and the names of its languages. */
final class SampleWords {
  /** What all languages share, in its order in the vocabulary. */
  static final List<String> WORDS =
      List.of(
          """
          apple arrow basin beach bell birch bird boat bone book bread brick bridge broom brush
          cabin candle canoe card cart chair cheese clay clock cloth cloud coat coin comb copper
          cord crane creek crown cup deer desk dish door dove drum dust eagle egg fence fern field
          finch fire fish flag flour flute fox frost fruit gate glass glove goat grain grape grass
          hammer harp hat hawk hedge hill honey hook horn horse house ink iron island ivy jar
          kettle key kite knot lace ladder lake lamp leaf lemon lily lock loom lute maple mask
          meadow melon milk mill mint mirror moon mouse nail nest net oak oar olive onion otter
          owl paint paper path pear pearl plum pond pot quill rain ring river road robin roof rope\
          """
              .split("\\s+"));

  /** The languages; each name is written as a tag, such as {@code <ember>}. */
  static final List<String> LANGUAGES =
      List.of(
          """
          ember tide moss flint dune reef pine snow dusk amber ash bay bloom brook cedar chalk
          cliff coal coral cove crest delta dew drift echo elm fjord flame fog forge gale glade
          grove heath ivory jade lark lava loam marsh mist north onyx opal peak petal plain quartz
          ridge rust sage shade shore silk slate south spark stem storm thorn vale wave willow
          zephyr\
          """
              .split("\\s+"));

  private SampleWords() {}
}
