/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The paragraph whose masked tokens turn from wrong to right, with a slider through time.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import type { RunView } from "../app/state.ts";

/** The masked tokens of a run after some step; the newest unless the visitor moves the slider. */
export function Paragraph({ view: { samples } }: { readonly view: RunView }) {
  const chosen = useSignal<number | null>(null);
  if (samples.length === 0) return null;
  const index = Math.min(chosen.value ?? samples.length - 1, samples.length - 1);
  const { step, samples: shown } = samples[index];
  return (
    <div class="card paragraph">
      <label for="time">Step {step}</label>
      <input
        id="time"
        type="range"
        min={0}
        max={samples.length - 1}
        value={index}
        onInput={(event) => {
          const value = event.currentTarget.valueAsNumber;
          chosen.value = value === samples.length - 1 ? null : value;
        }}
      />
      {shown.map(({ pieces, masks }, i) => {
        let mask = 0;
        return (
          <p key={i}>
            {pieces.map((piece, at) => {
              if (piece !== null) return piece.replace("▁", " ");
              const { truth, guesses: [best], probability } = masks[mask++];
              const right = best.piece === truth;
              return (
                <span
                  key={at}
                  class={right ? "guess right" : "guess wrong"}
                  title={`${truth.replace("▁", "")}: ${(100 * probability).toFixed(0)}%`}
                >
                  {best.piece.replace("▁", " ")}
                </span>
              );
            })}
          </p>
        );
      })}
    </div>
  );
}
