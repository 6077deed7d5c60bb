/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Loads a model from a folder that the visitor drops or chooses, or from the Hugging Face hub.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { attempt, loading, loadModel } from "../app/state.ts";
import type { ModelSource } from "../protocol.ts";
import { Loading } from "./models.tsx";

const busy = signal(false);
const over = signal(false);
const hubName = signal("");

/** Number of models that the visitor has loaded. */
let loaded = 0;

function load(title: string, source: ModelSource): void {
  attempt(async () => {
    busy.value = true;
    try {
      await loadModel(`loaded-${++loaded}`, title, source);
    } finally {
      busy.value = false;
    }
  });
}

/** The card. */
export function LoadModel() {
  return (
    <section class="card" aria-labelledby="load-title">
      <h2 id="load-title">Load a model</h2>
      <DropZone />
      <Hub />
      {busy.value && <Loading label={loading.value === null ? "Reading the files …" : undefined} />}
    </section>
  );
}

function DropZone() {
  const drop = (event: DragEvent) => {
    event.preventDefault();
    over.value = false;
    // The entries are lost once the handler returns.
    const entries = [...event.dataTransfer?.items ?? []]
      .map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
    attempt(async () => {
      const files = new Map<string, File>();
      for (const entry of entries) await collect(entry, files);
      load(titleOf(files), { kind: "files", files });
    });
  };
  return (
    <div
      id="drop-model"
      class={over.value ? "drop-zone over" : "drop-zone"}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => over.value = false}
      onDrop={drop}
    >
      <p>
        <strong>Drop a Hugging Face folder here</strong>
        <small>
          config.json, model.safetensors, and tokenizer.json or spiece.model; also as a zip file
        </small>
      </p>
      <div class="buttons">
        <Choose id="choose-folder" label="Choose a folder" folder />
        <Choose id="choose-files" label="Choose files" />
      </div>
    </div>
  );
}

interface ChooseProps {
  readonly id: string;
  readonly label: string;
  readonly folder?: boolean;
}

/** A button that opens the system's dialog. */
function Choose({ id, label, folder = false }: ChooseProps) {
  const change = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const files = new Map(
      [...input.files ?? []].map((file) => [file.webkitRelativePath || file.name, file]),
    );
    if (files.size > 0) load(titleOf(files), { kind: "files", files });
    input.value = "";
  };
  return (
    <>
      <input
        id={id}
        class="visually-hidden"
        type="file"
        multiple
        ref={(input) => {
          if (folder) input?.setAttribute("webkitdirectory", "");
        }}
        onChange={change}
      />
      <label class="button" for={id}>{label}</label>
    </>
  );
}

function Hub() {
  const submit = (event: Event) => {
    event.preventDefault();
    const name = hubName.value.trim();
    const hub = new URLSearchParams(location.search).get("hub") ?? undefined;
    load(name, { kind: "hub", name, hub });
  };
  return (
    <form class="field" onSubmit={submit}>
      <label for="hub-name">Or a model of the Hugging Face hub</label>
      <div class="joined">
        <input
          id="hub-name"
          value={hubName}
          placeholder="albert/albert-base-v2"
          autocomplete="off"
          spellcheck={false}
          required
          aria-describedby="hub-help"
          onInput={(event) => hubName.value = event.currentTarget.value}
        />
        <button type="submit" id="hub-load" disabled={busy.value}>Load</button>
      </div>
      <small id="hub-help">
        Downloads an ALBERT or BERT from huggingface.co and keeps it in this browser.
      </small>
    </form>
  );
}

/** Adds a dropped file, or those of a dropped folder, by path. */
async function collect(entry: FileSystemEntry, files: Map<string, File>): Promise<void> {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject)
    );
    files.set(path, file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader returns at most 100 entries at once.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject)
    );
    if (entries.length === 0) return;
    for (const each of entries) await collect(each, files);
  }
}

/** The name of the folder, or of the only file. */
function titleOf(files: ReadonlyMap<string, unknown>): string {
  const [path = ""] = files.keys();
  const [first, ...others] = path.split("/");
  if (others.length > 0) return first;
  return files.size === 1 ? first.replace(/\.zip$/, "") : "Your model";
}
