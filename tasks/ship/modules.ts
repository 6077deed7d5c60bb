/**
 * The modules of `src/weights/shipped/generated`, which contain a model as text: JSR accepts no other way to publish data that a program can import offline.
 *
 * @module
 */
import { atomicWriteFile, folderOf, ifExists, Sha256 } from "../../src/files/mod.ts";
import { SHIPPED_MODEL } from "../../src/weights/mod.ts";

/** The files that a model consists of; the others of its folder follow from them. */
export interface ModelParts {
  /** Sizes and accuracy in a few words. */
  readonly summary: string;
  /** `config.json` */
  readonly config: string;
  /** `README.md` */
  readonly card: string;
  /** `spiece.model` */
  readonly vocabulary: Uint8Array;
  /** `model.safetensors` */
  readonly weights: Uint8Array;
}

/** Bytes per module: a multiple of 3, so that each part is base64 without padding. */
const PART_BYTES = 768 * 1024;

const HEADER = "// Written by `deno task ship`. Do not edit.\n";

/** Folder of the parts, relative to `model.ts`. */
const FOLDER = SHIPPED_MODEL.replaceAll("-", "_");

/** Returns the text of the modules by their paths in `src/weights/shipped/generated`. */
export function modelModules(parts: ModelParts): Map<string, string> {
  const { summary, config, card, vocabulary, weights } = parts;
  const modules = new Map<string, string>();
  const text = (name: string, value: string) => {
    // The explicit type keeps the literal out of the type of the module.
    modules.set(
      `${FOLDER}/${name}.ts`,
      `${HEADER}const text: string = ${JSON.stringify(value)};\n\nexport default text;\n`,
    );
  };
  text("config", config);
  text("card", card);
  text("vocabulary", vocabulary.toBase64());
  const names: string[] = [];
  for (let start = 0; start < weights.length; start += PART_BYTES) {
    const name = `weights_${names.length}`;
    text(name, weights.subarray(start, start + PART_BYTES).toBase64());
    names.push(name);
  }
  modules.set(
    `${FOLDER}/mod.ts`,
    [
      `${HEADER}import type { EmbeddedFiles } from "../../embedded.ts";`,
      ...["card", "config", "vocabulary", ...names].map((name) =>
        `import ${name} from "./${name}.ts";`
      ),
      "",
      `export const files: EmbeddedFiles = {`,
      `  ...{ config, card, vocabulary },`,
      `  weights: [${names.join(", ")}],`,
      "};\n",
    ].join("\n"),
  );
  modules.set(
    "model.ts",
    [
      `${HEADER}import type { EmbeddedModel } from "../embedded.ts";`,
      "",
      "export const MODEL: EmbeddedModel | null = {",
      `  sha256: ${JSON.stringify(new Sha256().update(weights).hex())},`,
      `  summary: ${JSON.stringify(summary)},`,
      `  load: async () => (await import(${JSON.stringify(`./${FOLDER}/mod.ts`)})).files,`,
      "};\n",
    ].join("\n"),
  );
  return modules;
}

/**
 * Writes modules to a folder. Each file is replaced as a whole and only if its text changes, and `model.ts` is last; then the modules that are no longer part of the
 * model are removed. So an interrupted call, or two at the same time, leave a model that can be imported.
 */
export async function writeModules(
  folder: string,
  modules: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [path, text] of modules) {
    const file = `${folder}/${path}`;
    if (await ifExists(Deno.readTextFile(file)) === text) continue;
    await Deno.mkdir(folderOf(file), { recursive: true });
    await atomicWriteFile(file, text);
  }
  for (const { name } of Deno.readDirSync(`${folder}/${FOLDER}`)) {
    const isStale = name.endsWith(".ts") && !modules.has(`${FOLDER}/${name}`);
    if (isStale) await ifExists(Deno.remove(`${folder}/${FOLDER}/${name}`));
  }
}
