/**
 * The visitor's own text. It may have millions of characters, so its hash is computed by the worker, and the page shows only its start.
 *
 * @module
 */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";

/** Most characters that a paste or a file puts into the field, and that typing may extend them to. Browsers need seconds to lay out more. */
const LONGEST_IN_FIELD = 5000, LONGEST_TYPED = 50_000;
/** Number of characters of a longer text that are shown. */
const SHOWN = 1000;
/** Milliseconds without a change after which the hash is computed. */
const PAUSE = 300;

const text = signal("");
const typed = signal(false);
/** The text. */
export const ownText: ReadonlySignal<string> = text;
/** Whether it is too long for its field. */
export const isLong = computed(() =>
  text.value.length > (typed.value ? LONGEST_TYPED : LONGEST_IN_FIELD)
);
/** What the field shows of it. */
export const shownText = computed(() =>
  isLong.value ? `${ownText.value.slice(0, SHOWN)} …` : ownText.value
);

/** Replaces the text by one of a file. */
export function replaceText(value: string): void {
  batch(() => {
    typed.value = false;
    text.value = value;
  });
}

/** Changes the text as the visitor has changed its field. */
export function typeText(value: string): void {
  batch(() => {
    typed.value = true;
    text.value = value;
  });
}

/**
 * Pastes into the field. The browser inserts a long text within seconds or minutes, in which the page does not respond; it replaces the text without the field.
 */
export function pasteText(event: ClipboardEvent): void {
  const pasted = event.clipboardData?.getData("text/plain") ?? "";
  const { value, selectionStart, selectionEnd } = event.currentTarget as HTMLTextAreaElement;
  const whole = isLong.value
    ? pasted
    : value.slice(0, selectionStart) + pasted + value.slice(selectionEnd);
  if (pasted === "" || !isLong.value && whole.length <= LONGEST_IN_FIELD) return;
  event.preventDefault();
  replaceText(whole);
}

/** The last text whose hash was requested, and the answer. */
let requested: { readonly text: string; readonly hash: Promise<string> } | null = null;
/** The last text whose hash is known. */
const known = signal<{ readonly text: string; readonly hash: string } | null>(null);

/** SHA-256 of the text; null if the text is empty, or while the hash is computed. */
export const knownHash = computed(() =>
  known.value !== null && known.value.text === ownText.value ? known.value.hash : null
);

/** Whether the text has no letters or signs. */
export function isBlank(): boolean {
  return !/\S/.test(ownText.value);
}

/**
 * Computes the hash of the text whenever it has not changed for a moment, so that it is known when a link needs it.
 *
 * @param ask requests the hash of a text
 */
export function watchOwnText(ask: (text: string) => Promise<string>): void {
  hashOf = ask;
  effect(() => {
    const { value } = ownText;
    const timer = setTimeout(() => {
      if (value !== "") ownTextHash().catch(() => {}); // Reported to whoever needs it.
    }, PAUSE);
    return () => clearTimeout(timer);
  });
}

let hashOf: ((text: string) => Promise<string>) | null = null;

/** SHA-256 of the text; null if it is empty. */
export async function ownTextHash(): Promise<string | null> {
  if (isBlank()) return null;
  const text = ownText.value;
  if (requested?.text !== text) {
    requested = { text, hash: hashOf!(text) };
    requested.hash.catch(() => requested = null);
  }
  const hash = await requested.hash;
  known.value = { text, hash };
  return hash;
}
