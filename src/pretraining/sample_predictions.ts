/**
 * The model's predictions for a few masked examples, for people to read.
 *
 * @module
 */
import { type BatchShape, collate, type Example, type PieceNames } from "../data/mod.ts";
import type { Device } from "../device/mod.ts";
import { type Encoder, readMaskedLogits, softmax, topK } from "../model/mod.ts";
import { tokenizerFromBytes, VOCABULARY_FILES } from "../text/mod.ts";
import type { SampleMask, SamplePrediction } from "../runs/mod.ts";
import { pretrainingInput } from "./objective.ts";

/** Predictions per masked token. */
const GUESSES = 3;
/** Masked tokens per example; the text ends before the next one, so that every mask in it is predicted. */
const MASKS = 16;

/** A vocabulary with the special tokens that the samples leave out. */
export interface SampleVocabulary extends PieceNames {
  /** Number of pieces; the model may have more rows. */
  readonly vocabularySize: number;
  /** Ids of `[CLS]`, `[SEP]` and `[MASK]`. */
  readonly specialIds: { readonly cls: number; readonly sep: number; readonly mask: number };
}

/**
 * Returns the vocabulary among the files of a checkpoint, or null if none can be read.
 *
 * @param files contents by name
 */
export function vocabularyOf(
  files: ReadonlyMap<string, string | Uint8Array>,
): SampleVocabulary | null {
  const name = VOCABULARY_FILES.find((name) => files.has(name));
  const content = name === undefined ? undefined : files.get(name);
  if (content === undefined) return null;
  try {
    return tokenizerFromBytes(
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  } catch {
    return null;
  }
}

/**
 * Predicts the masked tokens of some examples: those that the model sees as `[MASK]`.
 *
 * @param vocabulary names of the tokens
 */
export async function samplePredictions(
  device: Device,
  encoder: Encoder,
  examples: readonly Example[],
  shape: BatchShape,
  vocabulary: SampleVocabulary,
): Promise<SamplePrediction[]> {
  const { mask, sep } = vocabulary.specialIds;
  const all = examples.map((example) =>
    [...example.maskedPositions.entries()]
      .filter(([, position]) => example.inputIds[position] === mask)
      .map(([i, position]) => ({ position, label: example.maskedLabels[i] }))
  );
  const hidden = all.map((masks) => masks.slice(0, MASKS));
  const ends = all.map((masks, b) => masks[MASKS]?.position ?? examples[b].length - 1);
  const rows = hidden.flatMap((masks, b) =>
    masks.map(({ position }) => b * shape.sequenceLength + position)
  );
  if (rows.length === 0) return [];
  const { sequenceOutput } = encoder.forward(
    { device },
    pretrainingInput(collate(examples, shape)),
  );
  const logits = await readMaskedLogits(
    device,
    encoder,
    sequenceOutput,
    Uint32Array.from(rows),
  );
  let row = 0;
  return examples.map((example, b) => {
    const at = new Map(hidden[b].map(({ position, label }) => [position, label]));
    const pieces: (string | null)[] = [];
    const masks: SampleMask[] = [];
    for (let position = 1; position < ends[b]; position++) {
      const id = example.inputIds[position];
      const label = at.get(position);
      if (label === undefined) pieces.push(id === sep ? " │" : vocabulary.idToPiece(id));
      else {
        pieces.push(null);
        masks.push(guesses(logits[row++], label, vocabulary));
      }
    }
    return { pieces, masks };
  });
}

function guesses(logits: Float32Array, label: number, names: SampleVocabulary): SampleMask {
  const probabilities = softmax(logits);
  return {
    truth: names.idToPiece(label),
    probability: rounded(probabilities[label]),
    guesses: topK(logits.subarray(0, names.vocabularySize), GUESSES).map((id) => ({
      piece: names.idToPiece(id),
      probability: rounded(probabilities[id]),
    })),
  };
}

/** Rounds to four digits, which keeps the file short. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
