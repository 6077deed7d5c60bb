/**
 * The tuning cache: a file with the tuned variants for each adapter, driver and version. Only speed depends on it, so a file that is
 * missing, damaged or of another adapter is ignored. Requires Deno.
 *
 * @module
 */
import { atomicWriteFile, parseSealed, sealedJson, sha256Hex } from "../files/mod.ts";
import { isObject, quote } from "../json/mod.ts";
import type { GpuAccess } from "./webgpu/mod.ts";

const FORMAT = 1;

/** What choices are valid for: the adapter and its driver as the platform describes them, the platform, and the toolkit's version. */
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

/** The cache file of one identity. */
export class TuningCache {
  /** Path of the file, which may not exist yet. */
  readonly path: string;
  readonly #folder: string;
  readonly #identity: TuningIdentity;

  /** Creates the cache of an identity in a folder. Reads no file. */
  constructor(folder: string, identity: TuningIdentity) {
    this.#folder = folder;
    this.#identity = identity;
    this.path = `${folder}/tuning-${sha256Hex(JSON.stringify(identity)).slice(0, 16)}.json`;
  }

  /**
   * Reads the choices: variant by key. Returns none if the file does not exist or cannot be used.
   *
   * @param onIgnored called with the reason why an existing file is ignored
   */
  async read(onIgnored: (message: string) => void): Promise<Map<string, string>> {
    let text: string;
    try {
      text = await Deno.readTextFile(this.path);
    } catch (error) {
      const { NotCapable, NotFound } = Deno.errors;
      const absent = error instanceof NotFound || error instanceof NotCapable;
      if (!absent) onIgnored(this.#ignored((error as Error).message));
      return new Map();
    }
    try {
      return this.#choicesOf(parseSealed(text));
    } catch (error) {
      onIgnored(this.#ignored((error as Error).message));
      return new Map();
    }
  }

  /**
   * Adds choices to the file. If another process has written a choice for the same key, either may be kept.
   *
   * @throws {Error} if the file cannot be written.
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
    if (format !== FORMAT) throw new SyntaxError(`expected format ${FORMAT}, got ${quote(format)}`);
    if (JSON.stringify(identity) !== JSON.stringify(this.#identity)) {
      throw new SyntaxError("it was created for another adapter, driver or version");
    }
    const entries = isObject(choices) ? Object.entries(choices) : [["", choices] as const];
    if (!entries.every((entry): entry is [string, string] => typeof entry[1] === "string")) {
      throw new SyntaxError("its choices are not names of variants");
    }
    return new Map(entries);
  }

  #ignored(reason: string): string {
    return `Ignoring tuning cache ${this.path}: ${reason}; kernels will be measured again`;
  }
}
