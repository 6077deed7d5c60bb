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
