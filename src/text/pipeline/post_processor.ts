/**
 * The post-processor of `tokenizer.json`, which adds special pieces around one or two texts.
 *
 * @module
 */
import { isObject, shown } from "../../json/mod.ts";
import type { SpecialTokens } from "../special_tokens.ts";
import { UnsupportedPart } from "./parts.ts";

/** Names of the pieces around texts. */
export type LayoutTokens = Pick<SpecialTokens, "cls" | "sep">;

const EXPECTED = "[CLS] A [SEP] and [CLS] A [SEP] B [SEP] with types 0 and 1";

/**
 * Reads the post-processor. Models expect `[CLS] A [SEP]` or `[CLS] A [SEP] B [SEP]`, so other
 * layouts are rejected.
 *
 * @returns The names of the special pieces, or null if there is no post-processor.
 * @throws {UnsupportedPart} If it has another layout.
 */
export function layoutTokens(
  post: unknown,
  idOf: (piece: string) => number | undefined,
): LayoutTokens | null {
  if (post === null || post === undefined) return null;
  if (!isObject(post)) throw new SyntaxError("its post_processor is not an object");
  const found = post.type === "TemplateProcessing"
    ? template(post)
    : post.type === "BertProcessing"
    ? bert(post)
    : undefined;
  if (found === undefined) {
    const kind = post.type === "TemplateProcessing"
      ? `TemplateProcessing with another layout`
      : shown(post.type);
    throw new UnsupportedPart(
      `its post_processor is not supported, ${kind}: expected ${EXPECTED}`,
    );
  }
  for (const [name, id] of found.ids) {
    if (idOf(name) !== id) {
      throw new SyntaxError(
        `its post_processor gives ${name} the id ${id}, the vocabulary ${idOf(name)}`,
      );
    }
  }
  return { cls: found.cls, sep: found.sep };
}

type Layout = LayoutTokens & { ids: [string, unknown][] };

function bert(post: Record<string, unknown>): Layout | undefined {
  const { cls, sep } = post;
  if (!Array.isArray(cls) || !Array.isArray(sep)) return undefined;
  return { cls: cls[0], sep: sep[0], ids: [[cls[0], cls[1]], [sep[0], sep[1]]] };
}

function template(post: Record<string, unknown>): Layout | undefined {
  const single = steps(post.single), pair = steps(post.pair);
  if (single === undefined || pair === undefined) return undefined;
  const [cls, sep] = [single[0]?.id, single[2]?.id];
  const layout = (list: readonly Step[]) =>
    list.map(({ kind, id, type }) => `${kind}${id}:${type}`).join(" ");
  const start = `t${cls}:0 sA:0 t${sep}:0`;
  if (layout(single) !== start || layout(pair) !== `${start} sB:1 t${sep}:1`) return undefined;
  const ids: [string, unknown][] = [];
  for (const name of [cls, sep]) {
    const special = isObject(post.special_tokens) ? post.special_tokens[name] : undefined;
    const given = isObject(special) && Array.isArray(special.ids) ? special.ids : [];
    if (given.length !== 1) return undefined;
    ids.push([name, given[0]]);
  }
  return { cls, sep, ids };
}

interface Step {
  readonly kind: "s" | "t";
  readonly id: string;
  readonly type: unknown;
}

function steps(list: unknown): Step[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const result: Step[] = [];
  for (const item of list) {
    const { Sequence: text, SpecialToken: token } = isObject(item) ? item : {};
    const value = text ?? token;
    if (!isObject(value) || typeof value.id !== "string") return undefined;
    result.push({ kind: text === undefined ? "t" : "s", id: value.id, type: value.type_id });
  }
  return result;
}
