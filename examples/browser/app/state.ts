/**
 * The state of the page as signals, and the actions that change it.
 *
 * @module
 */
import { computed, signal } from "@preact/signals";
import { Client } from "../client.ts";
import { decodeLink, type SharedRun } from "../link.ts";
import { announce, newsOf } from "./announce.ts";
import { isBlank, ownText, ownTextHash, watchOwnText } from "./own_text.ts";
import { Problem, problemOf } from "../problem.ts";
import type {
  DeviceChoice,
  DeviceInfo,
  LoadProgress,
  MetricPoint,
  ModelInfo,
  ModelSource,
  RunEvent,
  RunFacts,
  RunState,
  SamplePoint,
  SavedRun,
  VocabularyProgress,
} from "../protocol.ts";
import { DEFAULT_SETTINGS, SETTING_NAMES, type Settings } from "../settings.ts";
import { SERVED_MODEL, type ServedModel } from "../served_model.ts";
import { farmText } from "../texts/farm.ts";

/** A run as the page shows it. */
export interface RunView {
  readonly run: string;
  readonly settings: Settings;
  readonly started: number;
  readonly state: RunState;
  /** Why the run failed. */
  readonly message: string | null;
  readonly facts: RunFacts | null;
  readonly vocabulary: VocabularyProgress | null;
  readonly points: readonly MetricPoint[];
  readonly samples: readonly SamplePoint[];
}

/** A model that can be used: the name for requests, and a title. */
export interface ModelChoice {
  readonly model: string;
  readonly title: string;
  /** Absent for the model of a run. */
  readonly info?: ModelInfo;
}

/** The device that computes; null until it is open. */
export const device = signal<DeviceInfo | null>(null);
/** Whether no device could be opened. */
export const deviceFailed = signal(false);
/** A message for the visitor. */
export const notice = signal<string | null>(null);
/** The settings of the form. */
export const settings = signal<Settings>(DEFAULT_SETTINGS);
/** The run of the link that the page was opened by, until it is started. */
export const invitation = signal<SharedRun | null>(null);
/** SHA-256 of the text that a link asks for. */
export const wantedHash = computed(() => invitation.value?.textHash ?? null);
/** The runs, newest first. */
export const runs = signal<readonly RunView[]>([]);
/** Name of the run that the page shows. */
export const shownRun = signal<string | null>(null);
/** Loaded models that are not runs. */
const models = signal<readonly ModelChoice[]>([]);
/** The download that is in progress. */
export const loading = signal<LoadProgress | null>(null);
/** Whether the model of the site is being loaded, or is ready; `absent` if the site contains none. */
export const served = signal<"loading" | "ready" | "absent">("loading");
/** Name of the panel that the page shows. */
export const shownPanel = signal<string>("fill");
/** Name of the model that masks are filled with. */
export const shownModel = signal<string | null>(null);

/** The run that the page shows. */
export const run = computed(() => findRun(shownRun.value) ?? null);

/** Models to choose from: loaded ones, and the runs that have a model. */
export const choices = computed<readonly ModelChoice[]>(() => [
  ...models.value,
  ...runs.value.filter(({ facts }) => facts !== null)
    .map((view) => ({ model: view.run, title: nameOf(view) })),
]);

const INSECURE =
  "Browsers store runs only for pages of https:// and of localhost. Open the page by such an address to train.";

const client = new Client(
  new URL("./worker.js", import.meta.url),
  receive,
  (progress) => loading.value = progress,
);

/** Sends a request to the worker. */
export const call: Client["call"] = (...request) => client.call(...request);

watchOwnText((text) => call("hash", text));

/** Opens the device, and shows the runs of earlier visits. A run that was interrupted continues. */
export async function start(): Promise<void> {
  readLink();
  globalThis.addEventListener("hashchange", readLink);
  const asked = new URLSearchParams(location.search).get("device");
  const choice: DeviceChoice = asked === "cpu" || asked === "webgpu" ? asked : "auto";
  const model = loadServedModel();
  try {
    device.value = await call("open", choice);
  } catch (error) {
    deviceFailed.value = true;
    await model;
    throw error;
  }
  await model;
  const saved = await call("saved").catch((error) => {
    notice.value = isSecureContext ? `Runs are not stored: ${error.message}` : INSECURE;
    return [];
  });
  // The visitor may have started runs meanwhile.
  const known = new Set(runs.value.map(({ run }) => run));
  runs.value = [...runs.value, ...saved.filter(({ run }) => !known.has(run)).map(viewOf)];
  shownRun.value ??= (invitedAmong(saved) ?? saved[0])?.run ?? null;
  for (const { run } of saved) {
    // The visitor may have paused or deleted it meanwhile.
    const state = findRun(run)?.state;
    if (state !== undefined && isActive(state)) await requestResume(run);
  }
}

/** Resumes a run. If that is impossible, because another tab has opened it, the run shows why. */
async function requestResume(run: string): Promise<void> {
  await call("resume", run).catch(({ message }) =>
    receive({ run, type: "state", state: "failed", message })
  );
}

/** Resumes a run from its stored state, which another tab may have changed. */
export async function resumeRun(name: string): Promise<void> {
  const saved = (await call("saved")).find(({ run }) => run === name);
  if (saved !== undefined) {
    runs.value = runs.value.map((view) => view.run === name ? viewOf(saved) : view);
  }
  await requestResume(name);
}

/** The run of the link, if the visitor has it already; the invitation ends. */
function invitedAmong(saved: readonly SavedRun[]): SavedRun | undefined {
  const shared = invitation.value;
  const found = saved.find(({ settings, textHash }) =>
    shared !== null && [null, textHash].includes(shared.textHash) &&
    SETTING_NAMES.every((name) => settings[name] === shared.settings[name])
  );
  if (found !== undefined) invitation.value = null;
  return found;
}

/** Forgets the link. The settings stay in the form. */
export function leaveInvitation(): void {
  invitation.value = null;
  history.replaceState(null, "", location.pathname + location.search);
}

/** Loads the model that the site contains, if any. */
async function loadServedModel(): Promise<void> {
  try {
    const index = await servedIndex();
    if (index === null) return void (served.value = "absent");
    const { title, version, files } = index;
    const cache = `albert-model-${version}`;
    const source = { kind: "url", url: new URL("./model", import.meta.url).href, cache } as const;
    await loadModel("pretrained", title, { ...source, files });
    served.value = "ready";
    await forgetOtherVersions(cache);
  } catch (error) {
    served.value = "absent";
    notice.value = `The model of this page is missing. ${messageOf(error)}`;
  }
}

/** Describes the model of the site; null if it contains none. A host may answer with a page for files that do not exist. */
async function servedIndex(): Promise<ServedModel | null> {
  const response = await fetch(new URL(`./${SERVED_MODEL}`, import.meta.url));
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  if (response.ok && isJson) return await response.json();
  await response.body?.cancel();
  return null;
}

async function forgetOtherVersions(current: string): Promise<void> {
  const names = await globalThis.caches?.keys() ?? [];
  const others = names.filter((name) => name.startsWith("albert-model-") && name !== current);
  await Promise.all(others.map((name) => caches.delete(name)));
}

/** Starts a run, with the settings of the form by default, and returns its name. */
export async function startRun(chosen: Settings = settings.value): Promise<string> {
  const text = textOf(chosen);
  if (!isSecureContext) throw new Problem(INSECURE);
  await checkInvitation(chosen);
  const run = crypto.randomUUID();
  const view: RunView = {
    ...{ run, settings: chosen, started: Date.now(), state: "preparing", message: null },
    ...{ facts: null, vocabulary: null, points: [], samples: [] },
  };
  runs.value = [view, ...runs.value];
  shownRun.value = run;
  try {
    await call("start", { run, settings: chosen, text });
  } catch (error) {
    const { message } = error as Error;
    receive({ run, type: "state", state: "failed", message });
    throw error;
  }
  return run;
}

/** The text of a link is the same one, or the run would be another. */
async function checkInvitation({ text }: Settings): Promise<void> {
  const wanted = wantedHash.value;
  if (wanted !== null && text === "own" && await ownTextHash() !== wanted) {
    throw new Problem(
      "This is not the text of the link: its SHA-256 differs. Leave the link to train on another text.",
    );
  }
  invitation.value = null;
}

/** Deletes a run. */
export async function removeRun(name: string): Promise<void> {
  const before = [runs.value, shownRun.value] as const;
  runs.value = runs.value.filter(({ run }) => run !== name);
  if (shownRun.value === name) shownRun.value = runs.value[0]?.run ?? null;
  await call("remove", name).catch((error) => {
    [runs.value, shownRun.value] = before;
    throw error;
  });
}

/** Loads a model under a name and shows it. */
export async function loadModel(
  model: string,
  title: string,
  source: ModelSource,
): Promise<ModelInfo> {
  const info = await call("load", { model, source }).finally(() => loading.value = null);
  models.value = [...models.value.filter((other) => other.model !== model), { model, title, info }];
  shownModel.value = model;
  announce(`The model ${title} is loaded.`);
  return info;
}

/** The run of this name; undefined if there is none, as for a loaded model. */
export function findRun(name: string | null): RunView | undefined {
  return runs.value.find(({ run }) => run === name);
}

/** The text that settings name. */
function textOf({ text }: Settings): string {
  if (text === "farm") return farmText();
  if (isBlank()) throw new Problem("Paste a text, or drop a text file, first.");
  return ownText.value;
}

/** Starts an action of the visitor, and shows its error in place of that of an earlier one. */
export function attempt(action: () => Promise<unknown>): void {
  notice.value = null;
  follow(action);
}

/** Starts an action of the page, and shows its error. */
export function follow(action: () => Promise<unknown>): void {
  action().catch((error) => notice.value = messageOf(error));
}

/** The message of an error for the visitor. */
export function messageOf(error: unknown): string {
  return problemOf(error, "do this").message;
}

/** Scrolls to a section, once it is drawn, unless its top is in the upper half of the screen. */
export function reveal(id: string): void {
  requestAnimationFrame(() => {
    const section = document.getElementById(id);
    if (section === null) return;
    const { top } = section.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) section.scrollIntoView({ block: "start" });
  });
}

/** Moves the focus to the panel, if the button that had it is gone. */
export function focusPanel(): void {
  document.getElementById("panel")?.focus({ preventScroll: true });
}

/** Whether a run computes. */
export function isActive(state: RunState): boolean {
  return state === "running" || state === "preparing";
}

/** A short title of a run. */
export function titleOf(
  { settings: { text, size, share, embedding, objective } }: Pick<RunView, "settings">,
): string {
  const sharing = share === "all" ? "shared" : share === "none" ? "not shared" : `${share} shared`;
  return [text === "farm" ? "Farm" : "Own text", size, sharing, `E ${embedding}`, objective].join(
    " · ",
  );
}

/** The title of a run, and when it was started, since runs may have the same settings. */
export function nameOf(view: RunView): string {
  const format = { dateStyle: "medium", timeStyle: "medium" } as const;
  return `${titleOf(view)} (${new Date(view.started).toLocaleString("en", format)})`;
}

function readLink(): void {
  try {
    const shared = decodeLink(location.hash);
    if (shared === null) return;
    settings.value = shared.settings;
    invitation.value = shared;
    shownPanel.value = "train";
  } catch (error) {
    notice.value = `The link is not valid: ${(error as Error).message}`;
  }
}

function viewOf(saved: SavedRun): RunView {
  const { run, settings, started, state, message, facts, points, samples, vocabulary } = saved;
  const pieces = vocabulary.length;
  const progress = { pieces, done: 1, examples: vocabulary };
  return {
    ...{ run, settings, started, state, message, facts, points, samples },
    vocabulary: pieces === 0 ? null : progress,
  };
}

function receive(event: RunEvent): void {
  const view = findRun(event.run);
  if (view === undefined) return;
  const others = runs.value.some(({ run, state }) => run !== event.run && isActive(state));
  const news = newsOf(view, event, others ? titleOf(view) : null);
  if (news !== null) announce(news);
  runs.value = runs.value.map((view) => view.run === event.run ? changed(view, event) : view);
}

/** A run after an event. Steps that are computed again after a refresh replace the earlier ones. */
function changed(view: RunView, event: RunEvent): RunView {
  switch (event.type) {
    case "state":
      return { ...view, state: event.state, message: event.message ?? null };
    case "vocabulary":
      return { ...view, vocabulary: event.progress };
    case "facts":
      return { ...view, facts: event.facts };
    case "metrics": {
      const [{ step: first }] = event.points;
      const last = view.points.at(-1);
      const before = last === undefined || last.step < first
        ? view.points
        : view.points.filter(({ step }) => step < first);
      return { ...view, points: [...before, ...event.points] };
    }
    case "sample": {
      const before = view.samples.filter(({ step }) => step < event.sample.step);
      return { ...view, samples: [...before, event.sample] };
    }
    case "checkpoint":
      return view;
  }
}
