/**
 * Errors in the words of the page: what happened, and what the visitor can do here.
 *
 * @module
 */

/** An error whose message is for visitors. */
export class Problem extends Error {
  override readonly name = "Problem";
}

/** What visitors can do about errors of the browser and of the library, by their names. */
const KNOWN: Readonly<Record<string, string>> = {
  QuotaExceededError:
    "The storage of the browser is full. Delete runs that you no longer need, or free space on the disk; then try again.",
  NoModificationAllowedError: "The run is open in another tab. Close that tab first.",
  NotFoundError:
    "The browser no longer has the files of the run, for example because its data was cleared. Start a new run.",
  NotAllowedError:
    "The browser does not allow this page to store data. Leave private browsing, or allow storage for this address.",
  SecurityError:
    "The browser does not allow this page to store data. Leave private browsing, or allow storage for this address.",
  NonFiniteError:
    "The numbers of the model have grown without bound. Start a new run with another seed or size.",
};

const MEMORY =
  "The memory is not sufficient. Close other tabs, or choose a smaller size or vocabulary.";

/**
 * Returns an error in the words of the page. The original one of the platform or the library is logged in the browser's console.
 *
 * @param doing what could not be done, such as `open the model`
 */
export function problemOf(error: unknown, doing: string): Problem {
  if (error instanceof Problem) return error;
  console.error(error);
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const isMemory = /out of (device )?memory|allocation failed|invalid (typed )?array length/i;
  if (isMemory.test(message)) return new Problem(MEMORY, { cause: error });
  const known = KNOWN[name] ??
    `Cannot ${doing}, because of an unexpected fault of the page or the browser. Reload the page, then try again.`;
  return new Problem(known, { cause: error });
}

/** Reads a file that the visitor has chosen or dropped. */
export async function readFile<T>(file: Blob, read: (file: Blob) => Promise<T>): Promise<T> {
  try {
    return await read(file);
  } catch (cause) {
    const name = file instanceof File ? file.name : "The file";
    const message =
      `${name} cannot be read: it was moved, changed or deleted, or it is too large. Choose it again.`;
    throw new Problem(message, { cause });
  }
}
