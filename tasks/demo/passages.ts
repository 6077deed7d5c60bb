/**
 * Labels that the demo's text carries: when a passage was spoken. Whole speeches are kept apart between training and dev file.
 *
 * @module
 */
import { atomicWriteFile } from "../../src/files/mod.ts";
import { loadSpeeches, type Speech } from "./speeches.ts";

/** First years after each era. */
const ERAS: readonly (readonly [until: number, label: string])[] = [
  [1850, "1790-1849"],
  [1900, "1850-1899"],
  [1950, "1900-1949"],
  [Infinity, "1950-2021"],
];

/** Each speech counts as much: short and long ones give as many passages. */
const PASSAGES = 12;
/** Fits into the demo's 64 tokens, most of the time. */
const WORDS = 40;
/** Every so many-th speech goes to the dev file. */
const HELD_OUT = 8;

/** How many passages there are, and the share of the dev file's most frequent era. */
export interface PassageCounts {
  readonly train: number;
  readonly dev: number;
  readonly majority: number;
}

/** Writes `train.tsv` and `dev.tsv`. */
export async function writePassages(folder: string): Promise<PassageCounts> {
  const speeches = await loadSpeeches();
  const held = (_: unknown, i: number) => i % HELD_OUT === HELD_OUT - 1;
  const train = speeches.filter((speech, i) => !held(speech, i)).flatMap(rows);
  const dev = speeches.filter(held).flatMap(rows);
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, lines] of [["train", train], ["dev", dev]] as const) {
    const text = ["text\tlabel", ...lines.map(({ text, label }) => `${text}\t${label}`)];
    await atomicWriteFile(`${folder}/${name}.tsv`, `${text.join("\n")}\n`);
  }
  const counts = Object.values(Object.groupBy(dev, ({ label }) => label));
  const most = Math.max(...counts.map((passages) => passages!.length));
  return { train: train.length, dev: dev.length, majority: most / dev.length };
}

/** Passages from all over a speech. */
function rows({ year, text }: Speech): { text: string; label: string }[] {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const [, label] = ERAS.find(([until]) => year < until)!;
  const count = Math.min(PASSAGES, Math.floor(words.length / WORDS));
  return Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * (words.length - WORDS)) / Math.max(count - 1, 1));
    return { text: words.slice(start, start + WORDS).join(" "), label };
  });
}
