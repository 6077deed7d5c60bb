/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Fills masks as the visitor types.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import {
  attempt,
  call,
  choices,
  notice,
  runs,
  shownModel,
  shownPanel,
  startRun,
} from "../app/state.ts";
import type { FilledPiece } from "../protocol.ts";

const text = signal("At night the cow sleeps in the [MASK].");
const filled = signal<readonly FilledPiece[]>([]);

/** Milliseconds without a key after which the masks are filled. */
const PAUSE = 120;

/** The panel. */
export function Land() {
  const model = shownModel.value ?? choices.value[0]?.model ?? null;
  // The model of a run changes while it trains.
  const steps = runs.value.find(({ run }) => run === model)?.samples.length;
  useEffect(() => {
    if (model === null) return;
    let current = true;
    const timer = setTimeout(async () => {
      try {
        const pieces = await call("fill", { model, text: text.value, top: 6 });
        if (current) filled.value = pieces;
      } catch (error) {
        if (current) notice.value = (error as Error).message;
      }
    }, PAUSE);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [model, text.value, steps]);
  if (model === null) return <Welcome />;
  return (
    <section class="card">
      <h2>Fill in the masks</h2>
      <p class="lead">Type a sentence, and write [MASK] where the model should guess.</p>
      <label class="visually-hidden" for="sentence">A sentence with [MASK]</label>
      <input
        id="sentence"
        class="sentence"
        value={text}
        onInput={(event) => text.value = event.currentTarget.value}
        spellcheck={false}
      />
      <Masks />
    </section>
  );
}

/** The candidates of each mask. */
function Masks() {
  const masks = filled.value.filter(({ candidates }) => candidates !== undefined);
  return (
    <div class="masks" aria-live="polite">
      {masks.map(({ candidates }, i) => (
        <ol key={i} class="candidates">
          {candidates!.map(({ id, piece, probability }) => (
            <li key={id}>
              <span>{piece.replace("▁", "")}</span>
              <span class="bar" style={{ "--share": probability }} />
              <span class="number">{(100 * probability).toFixed(1)}%</span>
            </li>
          ))}
        </ol>
      ))}
    </div>
  );
}

function Welcome() {
  return (
    <section class="card">
      <h2>Train a language model in this tab</h2>
      <p class="lead">
        Learns a toy text about animals in seconds. Nothing leaves this page.
      </p>
      <button
        type="button"
        class="primary"
        onClick={() => {
          shownPanel.value = "train";
          attempt(startRun);
        }}
      >
        Train on the toy farm
      </button>
    </section>
  );
}
