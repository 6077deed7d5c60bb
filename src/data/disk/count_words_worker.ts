/**
 * The worker of `count_words.ts`: counts the words of pieces of text, one piece at a time.
 *
 * @module
 */
import { VocabularyTrainer, type VocabularyTrainingOptions } from "../../text/training/mod.ts";
import { serve } from "../../workers/mod.ts";
import { readPiece, type TextPiece, type TextSettings } from "./vocabulary_text.ts";

let settings: TextSettings;
let trainer: VocabularyTrainer;

export const handlers = serve({
  start(request: { settings: TextSettings; training: VocabularyTrainingOptions }) {
    settings = request.settings;
    trainer = new VocabularyTrainer(request.training);
  },
  count: (piece: TextPiece, reportBytes: (count: number) => void) =>
    readPiece(piece, settings, (line) => trainer.add(line), reportBytes),
  counted: () => trainer.counted,
});
