/**
 * Golden cases on disk, and what is written of them.
 *
 * @module
 */
import { atomicWriteFile } from "../../src/files/mod.ts";
import { encodeSafetensors } from "../../src/weights/mod.ts";
import { inPieces } from "../../src/train/model_folder.ts";
import { type GoldenCase, parseCase } from "./case.ts";
import type { GoldenResult } from "./compare.ts";

/**
 * Names of the cases in a folder, sorted. A folder that is a case itself is its only one.
 *
 * @throws {Error} when there is none.
 */
export async function listCases(folder: string): Promise<{ name: string; path: string }[]> {
  const cases: { name: string; path: string }[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory && await isCase(path)) cases.push({ name: entry.name, path });
  }
  if (cases.length === 0 && await isCase(folder)) {
    cases.push({ name: folder.replace(/\/+$/, "").split("/").at(-1)!, path: folder });
  }
  if (cases.length === 0) {
    throw new Error(`${folder} holds no golden case (a folder with batch.safetensors)`);
  }
  return cases.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function isCase(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(`${path}/batch.safetensors`)).isFile;
  } catch {
    return false;
  }
}

/** Reads the files of a case. */
export async function readCase(name: string, path: string): Promise<GoldenCase> {
  const bytes = (file: string) => Deno.readFile(`${path}/${file}`);
  const absent = (error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  };
  const trajectory = await Deno.readTextFile(`${path}/trajectory.json`).catch(absent);
  return parseCase(name, {
    config: await Deno.readTextFile(`${path}/config.json`),
    weights: await bytes("model.safetensors"),
    batch: await bytes("batch.safetensors"),
    expected: await bytes(
      trajectory === undefined ? "expected.safetensors" : "final.safetensors",
    ).catch(absent),
    trajectory,
  });
}

/** Writes `actual.safetensors`, and `actual.json` of an optimizer case, to `folder/CASE/`. */
export async function writeActual(folder: string, result: GoldenResult): Promise<void> {
  const path = `${folder}/${result.case}`;
  await Deno.mkdir(path, { recursive: true });
  await atomicWriteFile(
    `${path}/actual.safetensors`,
    inPieces(encodeSafetensors(result.tensors)),
  );
  if (result.trajectory !== undefined) {
    await atomicWriteFile(`${path}/actual.json`, `${JSON.stringify(result.trajectory, null, 1)}\n`);
  }
}
