/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The first panel: the visitor hides words of a sentence, and the model guesses them.
 *
 * @module
 */
import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { announceAnswer } from "../app/announce.ts";
import { attempt, call, device, findRun, served, shownPanel, startRun } from "../app/state.ts";
import type { Guess } from "../protocol.ts";
import { BLANK, edit, type Part, partsOf, type Sentence, toggle } from "../sentence.ts";
import { useLive } from "./live.ts";
import { chosenInfo, chosenModel, Loading, ModelField } from "./models.tsx";

/** Sentences to start with, by what the model was trained on. */
const EXAMPLES = {
  books: [
    hide("She opened the door and walked into the garden.", "door"),
    hide("The old man sat down by the fire and lit his pipe.", "fire"),
    hide("It was a dark night, and the wind blew from the sea.", "night"),
    hide("My father gave me a letter, and I read it with tears in my eyes.", "eyes"),
  ],
  farm: [
    hide("At night the cow sleeps in the barn.", "barn"),
    hide("In the morning the dog barks.", "barks"),
    hide("The hen eats worms all day.", "worms"),
    hide("The pig sleeps in the sty.", "sty"),
  ],
} as const;

function hide(text: string, word: string): Sentence {
  const index = partsOf(text).findIndex((part) => part.text === word);
  return toggle({ text, hidden: [] }, index, "");
}

const sentence = signal<Sentence>(EXAMPLES.books[0]);
/** Whether the visitor has changed the sentence. */
const edited = signal(false);
const parts = computed(() => partsOf(sentence.value.text));
const hasBlanks = computed(() => sentence.value.hidden.length > 0);
/** Whether the model can guess words. The model of a run can. */
const hasHead = computed(() => chosenInfo.value?.tasks.includes("fill") ?? true);
/** The guesses, and the sentence that they are for. */
const guesses = signal<Sentence & { readonly blanks: readonly Guess[] } | null>(null);
/** Milliseconds of the last answer. */
const duration = signal<number | null>(null);

const TOP = 6;
/** Most characters of the sentence: more than a model reads at once, and few enough to draw as words. */
const LONGEST = 2000;

/** The panel. */
export function Land() {
  const model = chosenModel.value;
  useGuesses(model);
  if (model === null && served.value === "absent") return <Welcome />;
  return (
    <div class="stack">
      <section class="card land">
        <h2>Fill in the blanks</h2>
        <p class="lead">
          Click a word to hide it. The model guesses the word from its neighbors on both sides.
        </p>
        <ModelField />
        <Words />
        <div class="field">
          <label for="sentence">Your sentence</label>
          <textarea
            id="sentence"
            dir="auto"
            rows={2}
            value={sentence.value.text}
            maxLength={LONGEST}
            onInput={(event) =>
              change(edit(sentence.value, event.currentTarget.value.slice(0, LONGEST)))}
            spellcheck={false}
            aria-describedby="sentence-help"
          />
          <small id="sentence-help">
            Type anything up to {LONGEST.toLocaleString("en")} characters. {BLANK}{" "}
            is a blank. The text stays in this tab.
          </small>
        </div>
        <Examples model={model} />
      </section>
      {model === null ? <Loading /> : <Blanks />}
    </div>
  );
}

function change(next: Sentence): void {
  sentence.value = next;
  edited.value = true;
}

/** Asks the model once the visitor pauses. */
function useGuesses(model: string | null): void {
  // The model of a run changes while it trains.
  const steps = findRun(model)?.samples.length;
  const { text, hidden } = sentence.value;
  const info = chosenInfo.value;
  const canGuess = model !== null && hasBlanks.value && hasHead.value;
  const guess = async () => {
    const started = performance.now();
    const asked = text.replaceAll(BLANK, info?.maskToken ?? BLANK);
    const blanks = await call("guess", { model: model!, text: asked, top: TOP, hidden });
    // The guesses of a model that trains change all the time.
    if (guesses.value?.text !== text) announceAnswer(spoken(blanks));
    guesses.value = { text, hidden, blanks };
    duration.value = performance.now() - started;
  };
  useLive([model, text, steps], canGuess ? guess : null, () => guesses.value = null);
}

/** The guess for a blank. While the model computes, that of the same word, or of as many blanks, in the sentence before. */
function guessOf(blank: number): Guess | undefined {
  if (guesses.value === null) return undefined;
  const { text, hidden: words, blanks } = guesses.value;
  const { text: now, hidden } = sentence.value;
  if (text === now || words.length === hidden.length) return blanks[blank];
  const word = hidden[blank];
  return word === null ? undefined : blanks[words.indexOf(word)];
}

/** The best guess of each blank. */
function spoken(blanks: readonly Guess[]): string {
  return blanks.map(({ candidates: [{ piece, probability }] }, i) =>
    `Blank ${i + 1}: ${plain(piece)}, ${percent(probability)}.`
  ).join(" ");
}

/** The piece as people write it. */
function plain(piece: string): string {
  return piece.replace("▁", "").replace(/^##/, "");
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(probability < 0.1 ? 1 : 0)}%`;
}

/** The sentence as words to press. Arrow keys move between them. */
function Words() {
  const place = useRef<HTMLDivElement>(null);
  const current = useRef(0);
  const words = parts.value.flatMap(({ kind }, index) => kind === "other" ? [] : [index]);
  const focus = (position: number) => {
    const buttons = place.current!.querySelectorAll("button");
    current.current = (position + buttons.length) % buttons.length;
    for (const [i, button] of buttons.entries()) button.tabIndex = i === current.current ? 0 : -1;
    buttons[current.current].focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = words.length - 1;
    const forward = getComputedStyle(place.current!).direction === "rtl" ? -1 : 1;
    const move = {
      ArrowRight: current.current + forward,
      ArrowLeft: current.current - forward,
      Home: 0,
      End: last,
    }[event.key];
    if (move === undefined || words.length === 0) return;
    event.preventDefault();
    focus(move);
  };
  const tabStop = Math.min(current.current, words.length - 1);
  return (
    <div
      class="words"
      dir="auto"
      role="toolbar"
      aria-label="Words of the sentence. Press one to hide or show it."
      ref={place}
      onKeyDown={onKeyDown}
    >
      {parts.value.map((part, index) =>
        part.kind === "other" ? <span key={index}>{part.text}</span> : (
          <Word
            key={index}
            part={part}
            index={index}
            tabIndex={words[tabStop] === index ? 0 : -1}
            onFocus={() => current.current = words.indexOf(index)}
          />
        )
      )}
    </div>
  );
}

interface WordProps {
  readonly part: Part;
  readonly index: number;
  readonly tabIndex: number;
  onFocus(): void;
}

function Word({ part: { kind, text, blank }, index, tabIndex, onFocus }: WordProps) {
  const best = blank === undefined ? undefined : guessOf(blank)?.candidates[0];
  const shown = best === undefined ? "…" : plain(best.piece);
  const chance = best === undefined ? "" : ` ${percent(best.probability)}`;
  return (
    <button
      type="button"
      class={kind === "blank" ? "word blank" : "word"}
      tabIndex={tabIndex}
      onFocus={onFocus}
      aria-pressed={kind === "blank"}
      aria-label={kind === "blank" ? `${shown}${chance}, blank ${blank! + 1}` : text}
      onClick={() => change(toggle(sentence.value, index, shown))}
    >
      {kind === "blank" ? shown : text}
      {best && <small class="number">{chance}</small>}
    </button>
  );
}

/** The candidates of each blank, and which device has computed them. */
function Blanks() {
  if (!hasHead.value) {
    return (
      <p class="card">This model has no masked-LM head. The tab “Use” offers what it can do.</p>
    );
  }
  if (!hasBlanks.value) {
    return <p class="card faint">Click a word of the sentence to hide it.</p>;
  }
  const { hidden } = sentence.value;
  return (
    <>
      <section class="blanks" aria-label="Guesses">
        {hidden.map((word, i) => <Blank key={i} number={i + 1} word={word} guess={guessOf(i)} />)}
      </section>
      {guesses.value !== null && duration.value !== null && device.value !== null && (
        <p class="faint computed">
          {`Computed on ${
            device.value.kind === "webgpu" ? "WebGPU, " : ""
          }${device.value.adapter} in ${Math.max(1, Math.round(duration.value))} ms`}
        </p>
      )}
    </>
  );
}

interface BlankProps {
  readonly number: number;
  /** The word that the visitor has hidden. */
  readonly word: string | null;
  readonly guess: Guess | undefined;
}

function Blank({ number, word, guess }: BlankProps) {
  return (
    <article class="card">
      <h3>Blank {number}</h3>
      {guess === undefined ? <p class="faint">…</p> : (
        <>
          <ol class="candidates">
            {guess.candidates.map(({ id, piece, probability }, i) => (
              <li key={id} class={i + 1 === guess.hidden?.rank ? "hit" : undefined}>
                <span>{plain(piece)}</span>
                <span
                  class="bar"
                  style={{ "--share": probability / guess.candidates[0].probability }}
                />
                <span class="number">{percent(probability)}</span>
              </li>
            ))}
          </ol>
          {word !== null && <Hidden word={word} guess={guess} />}
        </>
      )}
    </article>
  );
}

/** How the model ranks the visitor's word. */
function Hidden({ word, guess: { hidden } }: { readonly word: string; readonly guess: Guess }) {
  return (
    <p class="faint hidden-word">
      {hidden === null
        ? (
          <>
            Your word, <b>{word}</b>, has several pieces; a blank is one piece.
          </>
        )
        : hidden.rank === 1
        ? (
          <>
            Your word, <b>{word}</b>, is the first guess.
          </>
        )
        : (
          <>
            Your word, <b>{word}</b>, is guess {hidden.rank.toLocaleString("en")}{" "}
            ({percent(hidden.probability)}).
          </>
        )}
    </p>
  );
}

/** Sentences to try. A model that was trained in the page gets one of its text. */
function Examples({ model }: { readonly model: string | null }) {
  const run = findRun(model);
  const own = run?.settings.text === "farm" ? EXAMPLES.farm : EXAMPLES.books;
  useEffect(() => {
    if (!edited.value) sentence.value = own[0];
  }, [own]);
  const next = () => {
    const index = own.findIndex((example) => example === sentence.value);
    sentence.value = own[(index + 1) % own.length];
    edited.value = false;
  };
  return (
    <div class="buttons">
      <button type="button" onClick={next}>Another sentence</button>
    </div>
  );
}

/** What a visitor sees if the site contains no model. */
function Welcome() {
  return (
    <section class="card">
      <h2>Train a language model in this tab</h2>
      <p class="lead">
        This copy of the page contains no pretrained model. Train a model of a toy text in seconds,
        or load one of your own. Nothing leaves this page.
      </p>
      <div class="buttons">
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
        <button type="button" onClick={() => shownPanel.value = "use"}>Load a model</button>
      </div>
    </section>
  );
}
