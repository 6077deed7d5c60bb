/**
 * The settings of `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`.
 *
 * Source: huggingface/transformers, `tokenization_utils_base.py` (`_from_pretrained`) for the
 * precedence of the files.
 *
 * @module
 */
import { isObject, parseJsonObject, quote } from "../json/mod.ts";
import { type AddedToken, addedToken } from "./pipeline/added_tokens.ts";
import type { SpecialTokens } from "./special_tokens.ts";
import type { TokenizerOptions } from "./tokenizer_options.ts";

/** Names of the files next to a vocabulary. */
const SETTINGS_FILES = {
  config: "tokenizer_config.json",
  specialTokens: "special_tokens_map.json",
  addedTokens: "added_tokens.json",
  model: "config.json",
} as const;

/** Kinds of tokenizers by the class that transformers loads. */
export type TokenizerKind = "albert" | "bert" | "generic";

const CLASSES: Readonly<Record<string, TokenizerKind>> = {
  AlbertTokenizer: "albert",
  BertTokenizer: "bert",
  PreTrainedTokenizer: "generic",
  TokenizersBackend: "generic",
};

/** Settings from the files next to a vocabulary. */
export interface TokenizerSettings {
  /** The class, if one is named; else that of the model. */
  readonly kind?: TokenizerKind;
  /** Whether a tokenizer file names the class. */
  readonly named: boolean;
  /** Settings for case, accents, Chinese characters and white space. */
  readonly options: TokenizerOptions;
  readonly specialTokens: Partial<SpecialTokens>;
  /** Tokens with their ids. */
  readonly addedTokens: readonly AddedToken[];
  /** Special tokens that are named without an id. */
  readonly extraTokens: readonly Omit<AddedToken, "id">[];
}

/** Supported values. Others would change ids or layouts. */
const REQUIRED: Readonly<Record<string, readonly unknown[]>> = {
  add_prefix_space: [true, null],
  do_basic_tokenize: [true, null],
  never_split: [null],
  wordpieces_prefix: ["##", null],
  padding_side: ["right", null],
  truncation_side: ["right", null],
  split_special_tokens: [false, null],
  add_bos_token: [false, null],
  add_eos_token: [false, null],
  auto_map: [null],
};

const NAMES = ["pad", "unk", "cls", "sep", "mask"] as const;
/** Begin and end of text. Models here do not use them: texts begin with cls and end with sep. */
const UNUSED_TOKENS = ["bos_token", "eos_token"];

/**
 * Reads the settings.
 *
 * @param read Resolves with the text of a file, or null if there is no such file.
 * @param folder The folder with a separator at its end, for error messages.
 * @throws {SyntaxError} If a file is invalid.
 * @throws {TypeError} If a setting is not supported.
 */
export async function readSettings(
  read: (name: string) => Promise<string | null>,
  folder: string,
): Promise<TokenizerSettings> {
  const object = async (name: string) => {
    const text = await read(name);
    return text === null ? null : parseObject(text, folder + name);
  };
  const config = await object(SETTINGS_FILES.config);
  const decoder = config?.added_tokens_decoder ?? null;
  // Files with added_tokens_decoder repeat the special tokens; for others, the map contains them.
  const map = decoder === null ? await object(SETTINGS_FILES.specialTokens) : null;
  const legacy = decoder === null ? await object(SETTINGS_FILES.addedTokens) : null;
  const model = await modelConfig(read);
  const place = folder + SETTINGS_FILES.config;
  const named = config?.tokenizer_class ?? model.tokenizer_class ?? null;
  const kind = named === null ? modelKind(model) : kindOf(named, place);
  rejectSettings(config ?? {}, place);

  const merged = { ...config, ...map };
  const specialTokens: { -readonly [name in keyof SpecialTokens]?: string } = {};
  const special = new Set<string>();
  const extraTokens: Omit<AddedToken, "id">[] = [];
  for (const name of NAMES) {
    const value = merged[`${name}_token`];
    if (value === undefined || value === null) continue;
    const token = specialToken(value, `${name}_token of ${place}`);
    specialTokens[name] = token.content;
    special.add(token.content);
  }
  const extra = [
    ...list(merged.additional_special_tokens, "additional_special_tokens", place),
    ...list(merged.extra_special_tokens, "extra_special_tokens", place),
  ];
  for (const value of extra) {
    const token = specialToken(value, `a special token of ${place}`);
    special.add(token.content);
    extraTokens.push(token);
  }
  for (const [name, value] of Object.entries(merged)) {
    const other = name.endsWith("_token") && !UNUSED_TOKENS.includes(name) &&
      !NAMES.some((known) => name === `${known}_token`);
    if (!other || typeof value !== "string") continue;
    if (REQUIRED[name] === undefined) throw unsupported(place, name, value);
  }
  const addedTokens = decoder !== null
    ? decoderTokens(decoder, place)
    : Object.entries(legacy ?? {}).map(([content, id]) =>
      addedToken(
        { id, content, special: special.has(content) },
        `${quote(content)} of ${folder}${SETTINGS_FILES.addedTokens}`,
      )
    );
  return {
    ...kind !== undefined && { kind },
    named: named !== null,
    options: caseOptions(config ?? {}, place, named === null ? undefined : kind),
    specialTokens,
    addedTokens: [...addedTokens].sort((a, b) => a.id - b.id),
    extraTokens,
  };
}

/**
 * Reads the settings for case, accents, Chinese characters and white space of a
 * `tokenizer_config.json`. Settings that the file does not contain are left out.
 *
 * @param text The file's text.
 * @param source Its name for error messages.
 * @returns Options for a tokenizer.
 * @throws {SyntaxError} If the text is not a JSON object, or a setting is not true or false.
 */
export function parseTokenizerConfig(
  text: string,
  source: string = SETTINGS_FILES.config,
): TokenizerOptions {
  return caseOptions(parseObject(text, source), source);
}

function caseOptions(
  config: Record<string, unknown>,
  source: string,
  kind?: TokenizerKind,
): TokenizerOptions {
  const flag = (name: string): boolean | undefined => {
    const value = config[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "boolean") return value;
    throw new SyntaxError(
      `Cannot read ${source}: ${name} must be true or false, got ${quote(value)}`,
    );
  };
  const options: TokenizerOptions = {};
  const set = <K extends "lowerCase" | "stripAccents" | "splitChinese" | "foldWhitespace">(
    name: K,
    value: boolean | undefined,
  ) => {
    if (value !== undefined) options[name] = value;
  };
  set("lowerCase", flag("do_lower_case"));
  const keepAccents = flag("keep_accents"), stripAccents = flag("strip_accents");
  // Each class has one of the two; the other one has no effect there.
  if (kind !== "bert" && keepAccents !== undefined) set("stripAccents", !keepAccents);
  if (kind !== "albert") set("stripAccents", stripAccents);
  if (kind !== "albert") set("splitChinese", flag("tokenize_chinese_chars"));
  if (kind !== "bert") set("foldWhitespace", flag("remove_space"));
  return options;
}

function kindOf(name: unknown, place: string): TokenizerKind {
  const kind = typeof name === "string" ? CLASSES[name.replace(/Fast$/, "")] : undefined;
  if (kind !== undefined) return kind;
  throw new TypeError(
    `Cannot use ${place}: its tokenizer_class is ${quote(name)}; expected AlbertTokenizer, ` +
      "BertTokenizer or PreTrainedTokenizerFast",
  );
}

async function modelConfig(
  read: (name: string) => Promise<string | null>,
): Promise<Record<string, unknown>> {
  const text = await read(SETTINGS_FILES.model);
  if (text === null) return {};
  try {
    return parseJsonObject(text);
  } catch {
    return {}; // The reader of the model reports it.
  }
}

function modelKind({ model_type: type }: Record<string, unknown>): TokenizerKind | undefined {
  return type === "albert" || type === "bert" ? type : undefined;
}

function rejectSettings(config: Record<string, unknown>, place: string): void {
  for (const [name, allowed] of Object.entries(REQUIRED)) {
    const value = config[name] ?? null;
    if (!allowed.includes(value) && !isEmpty(value)) throw unsupported(place, name, value);
  }
  const arguments_ = config.sp_model_kwargs ?? {};
  if (!isEmpty(arguments_)) throw unsupported(place, "sp_model_kwargs", arguments_);
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function unsupported(place: string, name: string, value: unknown): TypeError {
  return new TypeError(`Cannot use ${place}: ${name} ${quote(value)} is not supported`);
}

function list(value: unknown, name: string, place: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  if (isObject(value)) return Object.values(value);
  throw new SyntaxError(`Cannot read ${place}: ${name} must be a list, got ${quote(value)}`);
}

/** A special token, given as text or as an object. */
function specialToken(value: unknown, where: string): Omit<AddedToken, "id"> {
  const given = typeof value === "string" ? { content: value, normalized: false } : value;
  const fields = isObject(given) ? { ...given, id: 0, special: true } : given;
  const { id: _, ...token } = addedToken(fields, where);
  return token;
}

function decoderTokens(decoder: unknown, place: string): AddedToken[] {
  if (!isObject(decoder)) {
    throw new SyntaxError(`Cannot read ${place}: its added_tokens_decoder must be an object`);
  }
  return Object.entries(decoder).map(([id, token]) =>
    addedToken(
      isObject(token) ? { ...token, id: Number(id) } : token,
      `token ${id} of added_tokens_decoder in ${place}`,
    )
  );
}

function parseObject(text: string, source: string): Record<string, unknown> {
  try {
    return parseJsonObject(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${source}: ${(cause as Error).message}`, { cause });
  }
}
