/**
 * The way a command line names a model of the hub.
 *
 * @module
 */
import { shown } from "../../json/mod.ts";
import { HubError } from "./errors.ts";

const PREFIX = "hf:";

/** A model at one of its revisions. */
export interface HubModel {
  /** `owner/name`. */
  readonly id: string;
  /** Branch, tag or commit. */
  readonly revision: string;
}

/** Whether a text names a model of the hub rather than a folder. */
export function isHubName(text: string): boolean {
  return text.startsWith(PREFIX);
}

/**
 * Reads `hf:OWNER/NAME` or `hf:OWNER/NAME@REVISION`; without a revision it is `main`.
 *
 * @throws {HubError} when the text is neither.
 *
 * @example A tag
 * ```ts
 * import { parseHubName } from "./model_name.ts";
 *
 * const { id, revision } = parseHubName("hf:albert/albert-base-v2@v1.0");
 * if (id !== "albert/albert-base-v2" || revision !== "v1.0") throw new Error("not read");
 * ```
 */
export function parseHubName(text: string): HubModel {
  const [, id, revision = "main"] = /^hf:([^@]+)(?:@(.+))?$/.exec(text) ?? [];
  // Both become parts of paths: the hub allows no more than these letters either.
  const goodId = /^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(id ?? "") && !/\.\.|--/.test(id);
  const goodRevision = /^[\w.-]+(\/[\w.-]+)*$/.test(revision) &&
    !/(^|\/)\.\.?(\/|$)/.test(revision);
  if (!goodId || !goodRevision) {
    throw new HubError(
      `${
        shown(text)
      } names no model: write hf:OWNER/NAME or hf:OWNER/NAME@REVISION, as in hf:albert/albert-base-v2`,
    );
  }
  return { id, revision };
}
