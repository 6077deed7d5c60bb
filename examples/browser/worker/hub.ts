/**
 * Models of the Hugging Face hub. Their files are stored in the browser by commit, so a model that was loaded once works without a network.
 *
 * @module
 */
import { type ReadFile, remoteFiles, type RemoteOptions } from "@albert-lab/albert";
import { Problem } from "../problem.ts";

/** The hub that is used by default. */
export const HUB = "https://huggingface.co";
const CACHE = "albert-hub";
const PICKLED = "pytorch_model.bin";

/** What the hub answers about a model. */
interface Model {
  /** The commit. */
  readonly sha: string;
  readonly siblings: readonly { readonly rfilename: string }[];
}

/**
 * Returns a function that reads the files of a model by name.
 *
 * @param name `OWNER/NAME` or `OWNER/NAME@REVISION`, also after `hf:` or as the address of the model's page
 * @param hub address of the hub, such as that of a mirror
 * @throws {Problem} if the name is invalid, the hub cannot be reached, or it has no such model
 */
export async function hubFiles(
  name: string,
  hub: string,
  { onProgress }: RemoteOptions,
): Promise<ReadFile> {
  const { id, revision } = parseName(name);
  const host = new URL(hub).host;
  const { sha, siblings } = await describe(
    `${hub}/api/models/${id}/revision/${revision}`,
    id,
    host,
  );
  const names = new Set(siblings.map(({ rfilename }) => rfilename));
  const read = remoteFiles(`${hub}/${id}/resolve/${sha}`, { cache: CACHE, onProgress });
  return async (file) => {
    if (!names.has(file)) return null;
    // The loader only checks whether it exists.
    if (file === PICKLED) return new Uint8Array();
    try {
      return await read(file);
    } catch (error) {
      if (error instanceof TypeError) throw unreachable(host, error);
      throw new Problem(`${host} does not deliver ${file} of ${id}. Try again later.`, {
        cause: error,
      });
    }
  };
}

function parseName(name: string): { readonly id: string; readonly revision: string } {
  const short = name.trim().replace(/^(hf:|https?:\/\/[^/]+\/)/, "").replace(/\/+$/, "");
  const match = /^([\w.-]+\/[\w.-]+)(?:@([\w.-]+))?$/.exec(short);
  if (match === null) {
    throw new Problem(
      `A model of the hub has a name such as albert/albert-base-v2 (got ${JSON.stringify(name)}).`,
    );
  }
  return { id: match[1], revision: match[2] ?? "main" };
}

/** Asks the hub for the commit and the files. Without a network, the last answer is used. */
async function describe(url: string, id: string, host: string): Promise<Model> {
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    const last = await cache?.match(url);
    if (last === undefined) throw unreachable(host, error as Error);
    response = last;
  }
  if (response.ok) {
    await cache?.put(url, response.clone()).catch(() => {}); // A full cache is not an error.
    return await response.json();
  }
  await response.body?.cancel();
  // The hub does not reveal whether a private model exists.
  if ([401, 403, 404].includes(response.status)) {
    throw new Problem(`${host} has no public model named ${id}. Check the name.`);
  }
  throw new Problem(`${host} returned status ${response.status} for ${id}. Try again later.`);
}

function unreachable(host: string, cause: Error): Problem {
  const fix = "check the connection, or drop the model's folder into the page";
  return new Problem(`Cannot reach ${host}: ${fix}.`, { cause });
}
