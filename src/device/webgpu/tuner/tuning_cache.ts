/**
 * What tuning has found on this machine, in a file for each adapter, driver and version. Nothing depends on it but time: a file that is missing, damaged or of another
 * adapter is as good as none. Needs Deno's file access.
 *
 * @module
 */
import { atomicWriteFile, parseSealed, sealedJson, sha256Hex } from "../../../files/mod.ts";
import { isObject, quote } from "../../../json/mod.ts";
import type { GpuAccess } from "../adapter.ts";

const FORMAT = 1;

/** What a choice holds for: the adapter and its driver as far as the platform tells, and who compiled for it. */
export type TuningIdentity = Readonly<Record<string, string>>;

/** The identity of an open adapter under a version of this toolkit. */
export function tuningIdentity({ description, gpu }: GpuAccess, version: string): TuningIdentity {
  const { vendor, architecture, device, description: driver } = gpu.adapterInfo;
  return {
    adapter: description.adapter,
    ...{ vendor, architecture, device, driver },
    ...description.numerics,
    platform: `Deno ${Deno.version.deno} ${Deno.build.target}`,
    version,
  };
}

/** The choices of one identity. */
export class TuningCache {
  /** The file; there need not be one yet. */
  readonly path: string;
  readonly #folder: string;
  readonly #identity: TuningIdentity;

  /** Names the file of an identity within a folder. */
  constructor(folder: string, identity: TuningIdentity) {
    this.#folder = folder;
    this.#identity = identity;
    this.path = `${folder}/tuning-${sha256Hex(JSON.stringify(identity)).slice(0, 16)}.json`;
  }

  /**
   * Variant by what runs it is for; empty where there is no file, or it may not be read.
   *
   * @param say told in a sentence why a file is not used
   */
  async read(say: (sentence: string) => void): Promise<Map<string, string>> {
    let text: string;
    try {
      text = await Deno.readTextFile(this.path);
    } catch (error) {
      const { NotCapable, NotFound } = Deno.errors;
      const absent = error instanceof NotFound || error instanceof NotCapable;
      if (!absent) say(this.#ignored((error as Error).message));
      return new Map();
    }
    try {
      return this.#choicesOf(parseSealed(text));
    } catch (error) {
      say(this.#ignored((error as Error).message));
      return new Map();
    }
  }

  /**
   * Adds choices to what the file holds. Another process may have written since: of two choices for the same runs either will do.
   *
   * @throws {Error} when the file cannot be written, naming it.
   */
  async add(choices: ReadonlyMap<string, string>): Promise<void> {
    const known = await this.read(() => {});
    await Deno.mkdir(this.#folder, { recursive: true });
    await atomicWriteFile(
      this.path,
      sealedJson({
        format: FORMAT,
        identity: this.#identity,
        choices: Object.fromEntries([...known, ...choices]),
      }),
    );
  }

  #choicesOf({ format, identity, choices }: Record<string, unknown>): Map<string, string> {
    if (format !== FORMAT) throw new SyntaxError(`its format is ${quote(format)}, not ${FORMAT}`);
    if (JSON.stringify(identity) !== JSON.stringify(this.#identity)) {
      throw new SyntaxError("it is of another adapter, driver or version");
    }
    const entries = isObject(choices) ? Object.entries(choices) : [["", choices] as const];
    if (!entries.every((entry): entry is [string, string] => typeof entry[1] === "string")) {
      throw new SyntaxError("its choices are no names of variants");
    }
    return new Map(entries);
  }

  #ignored(reason: string): string {
    return `The tuning cache ${this.path} is ignored: ${reason}; kernels are measured anew`;
  }
}
