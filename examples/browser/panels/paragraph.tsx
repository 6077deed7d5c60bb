/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The paragraph whose hidden words turn from wrong to right, with a slider through time.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import type { SamplePrediction } from "@albert-lab/albert/pretraining";
import type { RunView } from "../app/state.ts";

/** A hidden word, or text between two of them. */
type Part =
  | { readonly text: string }
  | {
    readonly truth: string;
    readonly guess: string;
    readonly right: boolean;
    /** Probability of the true pieces, their product. */
    readonly probability: number;
  };

/** The hidden words of a run after some step; the newest unless the visitor moves the slider. */
export function Paragraph({ view: { samples, facts } }: { readonly view: RunView }) {
  const chosen = useSignal<number | null>(null);
  if (samples.length === 0) return null;
  const index = Math.min(chosen.value ?? samples.length - 1, samples.length - 1);
  const { step, samples: shown } = samples[index];
  const heldOut = facts?.heldOutRows ?? 0;
  const paragraphs = shown.map(partsOf);
  const words = paragraphs.flat().flatMap((part) => "truth" in part ? [part] : []);
  const right = words.filter((word) => word.right).length;
  const text = `after step ${step}: ${right} of ${words.length} right`;
  return (
    <section class="card paragraph" aria-label="Predicted words">
      <div class="row">
        <h3>Hidden words</h3>
        <span class="faint number" id="right">{right} of {words.length} right</span>
      </div>
      <div class="prose">
        {paragraphs.map((parts, i) => (
          <p key={i} dir="auto" class={i === heldOut ? "seen" : undefined}>
            {parts.map((part, at) =>
              "text" in part ? part.text : <Guess key={at} word={part} />
            )}
          </p>
        ))}
      </div>
      {heldOut > 0 && (
        <p class="faint note">
          {heldOut === 1
            ? "The model does not train on the first row"
            : `The model does not train on the first ${heldOut} rows`}, but on the others.
        </p>
      )}
      <div class="time">
        <label for="time">Step {step.toLocaleString("en")}</label>
        <input
          id="time"
          type="range"
          min={0}
          max={samples.length - 1}
          value={index}
          aria-valuetext={text}
          onInput={(event) => {
            const value = event.currentTarget.valueAsNumber;
            chosen.value = value === samples.length - 1 ? null : value;
          }}
        />
      </div>
    </section>
  );
}

function Guess({ word: { truth, guess, right, probability } }: {
  readonly word: Extract<Part, { truth: string }>;
}) {
  const percent = `${(100 * probability).toFixed(0)}%`;
  return (
    <>
      {" "}
      <ruby class={right ? "guess right" : "guess wrong"} title={`"${truth}" has ${percent}`}>
        {guess}
        <rt>{right ? percent : truth}</rt>
      </ruby>
    </>
  );
}

/** Joins pieces to text, and the hidden pieces of a word to one word. */
function partsOf({ pieces, masks }: SamplePrediction): Part[] {
  const parts: Part[] = [];
  let next = 0;
  for (const [i, piece] of pieces.entries()) {
    const last = parts.at(-1);
    if (piece !== null) {
      // The line between the segments of a pair.
      const text = piece === " │" ? "" : piece.replace("▁", " ");
      if (last !== undefined && "text" in last) {
        parts[parts.length - 1] = { text: last.text + text };
      } else parts.push({ text });
      continue;
    }
    const { truth, guesses: [{ piece: guess }], probability } = masks[next++];
    const right = guess === truth;
    const word = { truth: plain(truth), guess: plain(guess), right, probability };
    if (pieces[i - 1] === null && !truth.startsWith("▁") && last !== undefined && "truth" in last) {
      parts[parts.length - 1] = {
        truth: last.truth + word.truth,
        guess: last.guess + word.guess,
        right: last.right && right,
        probability: last.probability * probability,
      };
    } else parts.push(word);
  }
  return parts;
}

function plain(piece: string): string {
  return piece.replace("▁", "");
}
