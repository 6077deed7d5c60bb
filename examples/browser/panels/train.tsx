/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Trains a model: the settings next to the run that is shown.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { Fields } from "../app/fields.tsx";
import {
  attempt,
  nameOf,
  reveal,
  run,
  runs,
  settings,
  shownRun,
  startRun,
  wantedHash,
} from "../app/state.ts";
import {
  isLong,
  ownText,
  ownTextHash,
  pasteText,
  replaceText,
  shownText,
  typeText,
} from "../app/own_text.ts";
import { Problem, readFile } from "../problem.ts";
import { encodeLink } from "../link.ts";
import type { SettingName } from "../settings.ts";
import { Run } from "./run.tsx";
import { Shared } from "./shared.tsx";

/** Settings that are visible at first; the others are behind a summary. */
const MAIN: readonly SettingName[] = ["text", "size", "share", "embedding", "objective"];
const MORE: readonly SettingName[] = ["vocabulary", "masked", "steps", "seed"];

/** The panel. */
export function Train() {
  const view = run.value;
  return (
    <div class="stack">
      <Shared />
      <div class="columns">
        <Form />
        <div class="stack" id="run">
          {runs.value.length > 1 && <ChooseRun />}
          {view === null ? <Empty /> : <Run key={view.run} view={view} />}
        </div>
      </div>
    </div>
  );
}

function Form() {
  const submit = (event: Event) => {
    event.preventDefault();
    attempt(async () => {
      const started = startRun();
      reveal("run");
      await started;
    });
  };
  return (
    <form class="card settings" onSubmit={submit}>
      <h2>Train a model</h2>
      <Fields names={MAIN.slice(0, 1)} />
      {settings.value.text === "own" && <OwnText />}
      <Fields names={MAIN.slice(1)} />
      <details onInvalidCapture={showInvalid}>
        <summary>More settings</summary>
        <div class="stack">
          <Fields names={MORE} />
        </div>
      </details>
      <div class="buttons">
        <button type="submit" class="primary" id="train">Train</button>
        <ShareLink />
      </div>
    </form>
  );
}

/** Opens the settings if one of them is invalid. The browser cannot focus a field that is not visible. */
function showInvalid({ currentTarget }: { readonly currentTarget: HTMLDetailsElement }): void {
  currentTarget.open = true;
}

/** The visitor's own text by paste or drop. */
function OwnText() {
  const read = async (file: File | undefined) => {
    if (file === undefined) return;
    replaceText(await readFile(file, (file) => file.text()));
    const wanted = wantedHash.value;
    if (wanted !== null && await ownTextHash() !== wanted) {
      throw new Problem("This is not the text of the link: its SHA-256 is another one.");
    }
  };
  return (
    <div
      class="field drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        attempt(() => read(event.dataTransfer?.files[0]));
      }}
    >
      <label for="own-text">Paste a text, or drop a file</label>
      <textarea
        id="own-text"
        rows={6}
        spellcheck={false}
        value={shownText}
        readOnly={isLong.value}
        onPaste={pasteText}
        onInput={(event) => typeText(event.currentTarget.value)}
        aria-describedby="own-text-help"
      />
      {isLong.value && (
        <div class="row">
          <small id="own-text-length">
            {ownText.value.length.toLocaleString("en")}{" "}
            characters, of which the first are shown. Paste or drop another text to replace it.
          </small>
          <button type="button" id="own-text-remove" onClick={() => replaceText("")}>
            Remove the text
          </button>
        </div>
      )}
      <input
        type="file"
        accept=".txt,.md,text/plain"
        aria-label="Text file"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          attempt(() => read(file));
        }}
      />
      <small id="own-text-help">
        Blank lines separate documents. {wantedHash.value !== null &&
          `The link is for a text with SHA-256 ${wantedHash.value.slice(0, 12)}….`}
      </small>
    </div>
  );
}

const copied = signal(false);

/** Puts the settings into the address, and copies it. */
function ShareLink() {
  const copy = async () => {
    const fragment = encodeLink({ settings: settings.value, textHash: await ownTextHash() });
    history.replaceState(null, "", `#${fragment}`);
    try {
      await navigator.clipboard.writeText(location.href);
    } catch {
      throw new Problem("The browser does not let the page copy. The link is in the address bar.");
    }
    copied.value = true;
    setTimeout(() => copied.value = false, 2000);
  };
  return (
    <button type="button" id="share" onClick={() => attempt(copy)}>
      {copied.value ? "Link copied" : "Copy link"}
    </button>
  );
}

function ChooseRun() {
  return (
    <div class="field inline">
      <label for="choose-run">Run</label>
      <select
        id="choose-run"
        value={shownRun.value ?? undefined}
        onChange={(event) => shownRun.value = event.currentTarget.value}
      >
        {runs.value.map((view) => (
          <option key={view.run} value={view.run}>
            {nameOf(view)}
          </option>
        ))}
      </select>
    </div>
  );
}

function Empty() {
  return (
    <section class="card empty">
      <h2>What happens next</h2>
      <ol>
        <li>
          <strong>A vocabulary</strong>{" "}
          is trained on the text: SentencePiece splits words into pieces.
        </li>
        <li>
          <strong>The model reads</strong> sentences with hidden tokens, and learns to predict them.
        </li>
        <li>
          <strong>You watch</strong> the curves, and a paragraph that turns from wrong to right.
        </li>
      </ol>
      <p class="faint">
        All of it runs in this tab. The toy text takes half a minute, and nothing is uploaded.
      </p>
    </section>
  );
}
