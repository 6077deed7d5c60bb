/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The tasks of a model: similarity of sentences, classes, answers and tags.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { announceAnswer } from "../app/announce.ts";
import { call, shownPanel } from "../app/state.ts";
import type { ModelInfo, Requests, TaskName } from "../protocol.ts";
import { useLive } from "./live.ts";

/** A card for each task that the model has a head for, and for embeddings, which need none. */
export function Tasks({ model, info }: { readonly model: string; readonly info: ModelInfo }) {
  const has = (task: TaskName) => info.tasks.includes(task);
  const absent = ([
    ["fill", "filling blanks"],
    ["classify", "classes"],
    ["answer", "answers"],
    ["tag", "tags"],
  ] as const).filter(([task]) => !has(task)).map(([, what]) => what);
  return (
    <>
      {has("fill") && (
        <Task title="Fill in the blanks" help="The model has a masked-LM head.">
          <div class="buttons">
            <button type="button" onClick={() => shownPanel.value = "fill"}>Hide words</button>
          </div>
        </Task>
      )}
      {has("classify") && <Classify model={model} />}
      {has("answer") && <Answer model={model} />}
      {has("tag") && <Tag model={model} />}
      <Similarity model={model} />
      {absent.length > 0 && (
        <p class="faint">
          This model has no head for {absent.join(", ").replace(/, ([^,]*)$/, " or $1")}.
        </p>
      )}
    </>
  );
}

interface TaskProps {
  readonly title: string;
  readonly help: string;
  readonly children: ComponentChildren;
}

function Task({ title, help, children }: TaskProps) {
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      <p class="lead">{help}</p>
      {children}
    </section>
  );
}

/** Most characters of a text, and most sentences to compare. */
const LONGEST = 10_000, MOST_SENTENCES = 20;

interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly rows?: number;
  onInput(value: string): void;
}

function TextField({ id, label, value, rows = 2, onInput }: TextFieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        dir="auto"
        rows={rows}
        spellcheck={false}
        value={value}
        maxLength={LONGEST}
        onInput={(event) => onInput(event.currentTarget.value.slice(0, LONGEST))}
      />
    </div>
  );
}

interface BarsProps {
  readonly rows: readonly { readonly label: string; readonly share: number }[];
}

/** Probabilities as bars. */
function Bars({ rows }: BarsProps) {
  return (
    <ol class="candidates">
      {rows.map(({ label, share }, i) => (
        <li key={i}>
          <span>{label}</span>
          <span class="bar" style={{ "--share": Math.min(1, Math.max(0, share)) }} />
          <span class="number">{(100 * share).toFixed(1)}%</span>
        </li>
      ))}
    </ol>
  );
}

function Classify({ model }: { readonly model: string }) {
  const first = useSignal("A warm and funny film, and the actors are wonderful.");
  const second = useSignal("");
  const classes = useSignal<ReturnType<Requests["classify"]>>([]);
  const [a, b] = [first.value, second.value];
  useLive(
    [model, a, b],
    a.trim() === "" ? null : async () => {
      classes.value = await call("classify", { model, texts: b.trim() === "" ? [a] : [a, b] });
      const [{ label, score }] = classes.value;
      announceAnswer(
        classes.value.length === 1 ? score.toFixed(3) : `${label}, ${(100 * score).toFixed(0)}%.`,
      );
    },
    () => classes.value = [],
  );
  const isRegression = classes.value.length === 1;
  return (
    <Task title="Classify" help="The classes of a text, or of a pair of texts.">
      <TextField id="classify-first" label="Text" value={a} onInput={(v) => first.value = v} />
      <TextField
        id="classify-second"
        label="Second text, if the model compares two"
        rows={1}
        value={b}
        onInput={(v) => second.value = v}
      />
      {isRegression
        ? <p id="value" class="number">{classes.value[0].score.toFixed(3)}</p>
        : <Bars rows={classes.value.map(({ label, score }) => ({ label, share: score }))} />}
    </Task>
  );
}

function Answer({ model }: { readonly model: string }) {
  const context = useSignal(
    "Ada Lovelace was born in London in 1815. She described an algorithm for the Analytical Engine, " +
      "which Charles Babbage had designed.",
  );
  const question = useSignal("Who designed the Analytical Engine?");
  /** The answers, and the text that they are in. */
  const found = useSignal<{ text: string; answers: ReturnType<Requests["answer"]> } | null>(null);
  const [text, asked] = [context.value, question.value];
  useLive(
    [model, text, asked],
    text.trim() === "" || asked.trim() === "" ? null : async () => {
      const answers = await call("answer", { model, question: asked, context: text });
      found.value = { text, answers };
      if (answers.length > 0) announceAnswer(`Answer: ${answers[0].text || "(no answer)"}.`);
    },
    () => found.value = null,
  );
  const answers = found.value?.answers ?? [];
  const [best] = answers;
  return (
    <Task title="Answer a question" help="The answer is a part of the text.">
      <TextField
        id="answer-context"
        label="Text"
        rows={4}
        value={text}
        onInput={(v) => context.value = v}
      />
      <div class="field">
        <label for="answer-question">Question</label>
        <input
          id="answer-question"
          value={asked}
          maxLength={LONGEST}
          onInput={(event) => question.value = event.currentTarget.value}
        />
      </div>
      {best !== undefined && best.text !== "" && (
        <Marked text={found.value!.text} spans={[{ ...best, label: "" }]} />
      )}
      <Bars
        rows={answers.map(({ text, probability }) => ({
          label: text === "" ? "(no answer)" : text,
          share: probability,
        }))}
      />
    </Task>
  );
}

function Tag({ model }: { readonly model: string }) {
  const text = useSignal("Ada Lovelace met Charles Babbage in London.");
  /** The tags, and the text that they are for. */
  const found = useSignal<{ text: string; spans: ReturnType<Requests["tag"]> } | null>(null);
  const value = text.value;
  useLive(
    [model, value],
    value.trim() === "" ? null : async () => {
      const spans = await call("tag", { model, text: value });
      found.value = { text: value, spans };
      announceAnswer(`Found: ${spans.map(({ text }) => text).join(", ") || "nothing"}.`);
    },
    () => found.value = null,
  );
  return (
    <Task title="Find names" help="The tags of the words, such as names of people and places.">
      <TextField id="tag-text" label="Text" value={value} onInput={(v) => text.value = v} />
      {found.value !== null && (
        <Marked
          text={found.value.text}
          spans={found.value.spans.map(({ start, end, type }) => ({ start, end, label: type }))}
        />
      )}
    </Task>
  );
}

interface MarkedProps {
  readonly text: string;
  readonly spans: readonly {
    readonly start: number;
    readonly end: number;
    readonly label: string;
  }[];
}

/** A text with marked spans, in order. */
function Marked({ text, spans }: MarkedProps) {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const { start, end, label } of spans) {
    parts.push(text.slice(at, start));
    parts.push(
      <mark key={start}>
        {text.slice(start, end)}
        {label !== "" && <small>{label}</small>}
      </mark>,
    );
    at = end;
  }
  parts.push(text.slice(at));
  return <p class="marked" dir="auto">{parts}</p>;
}

const SENTENCES = [
  "The ship sailed across the sea.",
  "A boat crossed the ocean.",
  "The captain looked at the waves.",
  "She baked bread in the kitchen.",
  "He cooked dinner for his family.",
];

function Similarity({ model }: { readonly model: string }) {
  const text = useSignal(SENTENCES.join("\n"));
  const shown = useSignal<{ readonly texts: readonly string[]; readonly rows: number[][] } | null>(
    null,
  );
  const lines = text.value.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const texts = lines.slice(0, MOST_SENTENCES);
  useLive(
    [model, text.value],
    texts.length < 2 ? null : async () => {
      shown.value = { texts, rows: await call("similarity", { model, texts }) };
    },
    () => shown.value = null,
  );
  return (
    <Task
      title="Compare sentences"
      help="The cosine similarity of embeddings: the mean of the last hidden states. One sentence per line."
    >
      <TextField
        id="similarity-texts"
        label="Sentences"
        rows={5}
        value={text.value}
        onInput={(v) => text.value = v}
      />
      {lines.length > MOST_SENTENCES && (
        <p class="faint">
          The first {MOST_SENTENCES} of {lines.length.toLocaleString("en")} sentences are compared.
        </p>
      )}
      {shown.value !== null && <Matrix {...shown.value} />}
    </Task>
  );
}

interface MatrixProps {
  readonly texts: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** Similarities as a table. Shades range from the lowest to the highest value of two different sentences. */
function Matrix({ texts, rows }: MatrixProps) {
  const others = rows.flatMap((row, i) => row.filter((_, j) => i !== j));
  const [low, high] = [Math.min(...others), Math.max(...others)];
  const shade = (value: number) => high > low ? (value - low) / (high - low) : 0.5;
  return (
    <div class="matrix-frame">
      <table class="matrix">
        <thead>
          <tr>
            <td />
            {texts.map((_, j) => <th key={j} scope="col">{j + 1}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              <th scope="row">
                {i + 1} <span>{texts[i]}</span>
              </th>
              {row.map((value, j) =>
                i === j ? <td key={j} class="same">–</td> : (
                  <td
                    key={j}
                    class="number"
                    style={{ "--shade": `${Math.round(45 * shade(value))}%` }}
                  >
                    {value.toFixed(2)}
                  </td>
                )
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
