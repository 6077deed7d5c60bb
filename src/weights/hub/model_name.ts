/**
 * Names of hub models on the command line.
 *
 * @module
 */
import { shown } from "../../json/mod.ts";
import { HubError } from "./errors.ts";

const PREFIX = "hf:";

/** A revision of a model. */
export interface HubModel {
  /** `owner/name`. */
  readonly id: string;
  /** Branch, tag or commit. */
  readonly revision: string;
}

/** Owners of models that the hub once had without one. */
const OWNERS: readonly (readonly [RegExp, string])[] = [
  [/^albert-(base|large|xlarge|xxlarge)-v[12]$/, "albert"],
  [/^bert-(base|large)-[\w-]+$/, "google-bert"],
];

/**
 * Suggests the name of a hub model for a path that does not exist.
 *
 * @returns the end of an error message, or an empty string if the path cannot be the name of a model
 */
export function hubHint(path: string): string {
  const owner = OWNERS.find(([pattern]) => pattern.test(path))?.[1];
  const name = owner === undefined ? path : `${owner}/${path}`;
  return /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*(@[\w./-]+)?$/.test(name)
    ? `; if you mean the model of the Hugging Face hub, use ${PREFIX}${name}`
    : "";
}

/** Whether a checkpoint argument names a model of the hub, and not a folder. */
export function isHubName(text: string): boolean {
  return text.startsWith(PREFIX);
}

/**
 * Parses `hf:OWNER/NAME` or `hf:OWNER/NAME@REVISION`. The default revision is `main`.
 *
 * @throws {HubError} if the text has another form.
 *
 * @example A model at a tag
 * ```ts
 * import { parseHubName } from "./model_name.ts";
 *
 * const { id, revision } = parseHubName("hf:albert/albert-base-v2@v1.0");
 * if (id !== "albert/albert-base-v2" || revision !== "v1.0") throw new Error("not equal");
 * ```
 */
export function parseHubName(text: string): HubModel {
  const [, id, revision = "main"] = /^hf:([^@]+)(?:@(.+))?$/.exec(text) ?? [];
  // Both become parts of paths. The hub allows the same characters.
  const goodId = /^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(id ?? "") && !/\.\.|--/.test(id);
  const goodRevision = /^[\w.-]+(\/[\w.-]+)*$/.test(revision) &&
    !/(^|\/)\.\.?(\/|$)/.test(revision);
  if (!goodId || !goodRevision) {
    throw new HubError(
      `${
        shown(text)
      } is not the name of a hub model; use hf:OWNER/NAME or hf:OWNER/NAME@REVISION, for instance hf:albert/albert-base-v2`,
    );
  }
  return { id, revision };
}
