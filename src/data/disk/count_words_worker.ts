/**
 * The worker of `count_words.ts`.
 *
 * @module
 */
import { VocabularyTrainer } from "../../text/training/mod.ts";
import type { CountAnswer, CountOrder } from "./count_words.ts";
import { readPiece, type TextSettings } from "./vocabulary_text.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<CountOrder>) => void) | null;
  postMessage(message: CountAnswer): void;
};
let settings: TextSettings;
let trainer: VocabularyTrainer;

scope.onmessage = async ({ data }) => {
  try {
    if ("settings" in data) {
      settings = data.settings;
      trainer = new VocabularyTrainer(data.training);
    } else if ("piece" in data) {
      const tell = (bytes: number) => scope.postMessage({ bytes });
      await readPiece(data.piece, settings, (line) => trainer.add(line), tell);
      scope.postMessage({ done: true });
    } else scope.postMessage({ counted: trainer.counted });
  } catch (error) {
    scope.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
