/**
 * Where a text may be split: between what people take for one character each.
 *
 * @module
 */

let segmenter: Intl.Segmenter | undefined;

/** The graphemes of a text. The first call takes 10 ms, for the tables: nobody waits for them who has only plain letters. */
export function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter.segment(text);
}
