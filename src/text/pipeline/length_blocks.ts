/**
 * The parts `truncation` and `padding` of a `tokenizer.json`.
 *
 * They have no effect on ids: as in transformers, each call sets its own length. The parts are
 * validated, kept for saving, and reported.
 *
 * Source: huggingface/tokenizers, `src/utils/truncation.rs` and `src/utils/padding.rs`;
 * huggingface/transformers, `set_truncation_and_padding`.
 *
 * @module
 */
import { isObject, quote } from "../../json/mod.ts";
import { type Part, UnsupportedPart } from "./parts.ts";

/** The parts as the file has them; null for none. */
export interface LengthBlocks {
  /** The maximum length, if any. */
  readonly truncation: Readonly<Record<string, unknown>> | null;
  /** How to pad, if at all. */
  readonly padding: Readonly<Record<string, unknown>> | null;
}

const STRATEGIES = ["LongestFirst", "OnlyFirst", "OnlySecond"];

/**
 * Reads the parts.
 *
 * @param file The parsed file.
 * @throws {UnsupportedPart} If a part requests another side than the right, or another type id.
 * @throws {SyntaxError} If a part is invalid.
 */
export function lengthBlocks(
  file: { readonly truncation?: unknown; readonly padding?: unknown },
): LengthBlocks {
  const truncation = objectOrNull(file.truncation, "truncation");
  if (truncation !== null) {
    onlyNames("truncation", truncation, "direction", "max_length", "strategy", "stride");
    wholeNumber("truncation", truncation, "max_length");
    wholeNumber("truncation", truncation, "stride", 0);
    const { strategy = "LongestFirst" } = truncation;
    if (!STRATEGIES.includes(strategy as string)) {
      throw new SyntaxError(
        `its truncation has strategy ${quote(strategy)}, expected one of ${STRATEGIES.join(", ")}`,
      );
    }
  }
  const padding = objectOrNull(file.padding, "padding");
  if (padding !== null) {
    const names = ["direction", "strategy", "pad_to_multiple_of", "pad_id", "pad_type_id"];
    onlyNames("padding", padding, ...names, "pad_token");
    const { strategy, pad_to_multiple_of: multiple = null } = padding;
    if (isObject(strategy)) wholeNumber("padding strategy", strategy, "Fixed");
    else if (strategy !== "BatchLongest") {
      throw new SyntaxError(
        `its padding has strategy ${quote(strategy)}, expected BatchLongest or Fixed`,
      );
    }
    if (multiple !== null) wholeNumber("padding", padding, "pad_to_multiple_of");
    wholeNumber("padding", padding, "pad_id");
    if (typeof padding.pad_token !== "string") {
      throw new SyntaxError(`its padding has pad_token ${quote(padding.pad_token)}`);
    }
    if ((padding.pad_type_id ?? 0) !== 0) {
      throw new UnsupportedPart(`its padding has pad_type_id ${quote(padding.pad_type_id)}, not 0`);
    }
  }
  for (const [name, part] of Object.entries({ truncation, padding })) {
    if ((part?.direction ?? "Right") === "Right") continue;
    throw new UnsupportedPart(
      `its ${name} has direction ${quote(part?.direction)}, expected "Right"`,
    );
  }
  return { truncation, padding };
}

/** Describes parts that have no effect, one sentence each. */
export function lengthNotices({ truncation, padding }: LengthBlocks): string[] {
  const notices: string[] = [];
  if (truncation !== null) {
    notices.push(
      `truncation to ${truncation.max_length} tokens in tokenizer.json is not applied: the ` +
        "command's own length is used (--max-seq-length, or the model's positions)",
    );
  }
  if (padding !== null) {
    const length = isObject(padding.strategy)
      ? `to ${padding.strategy.Fixed} tokens`
      : "to the longest text";
    notices.push(
      `padding ${length} in tokenizer.json is not applied: commands pad each batch themselves`,
    );
  }
  return notices;
}

function objectOrNull(value: unknown, name: string): Part | null {
  if (value === null || value === undefined) return null;
  if (isObject(value)) return value;
  throw new SyntaxError(`its ${name} must be an object or null, got ${quote(value)}`);
}

function onlyNames(where: string, part: Part, ...names: string[]): void {
  const other = Object.keys(part).find((name) => !names.includes(name));
  if (other === undefined) return;
  throw new UnsupportedPart(`its ${where} has the field ${quote(other)}, which is not supported`);
}

function wholeNumber(where: string, part: Part, name: string, absent?: number): void {
  const value = part[name] ?? absent;
  if (Number.isInteger(value) && (value as number) >= 0) return;
  throw new SyntaxError(`its ${where} has ${name} ${quote(part[name])}, expected a whole number`);
}
