/**
 * The settings of a training run, defined once: the form, the share link and the worker derive from this table.
 *
 * @module
 */

/** A setting with a fixed list of values. */
export interface Choice<V extends string = string> {
  readonly kind: "choice";
  readonly label: string;
  /** One sentence below the field. */
  readonly help: string;
  readonly default: V;
  /** Labels by value, in the order of the form. */
  readonly values: Readonly<Record<V, string>>;
}

/** A setting that is an integer. */
export interface Integer {
  readonly kind: "integer";
  readonly label: string;
  /** One sentence below the field. */
  readonly help: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** One row of the table. */
export type Setting = Choice | Integer;

function choice<const V extends string>(
  label: string,
  values: Readonly<Record<V, string>>,
  initial: NoInfer<V>,
  help: string,
): Choice<V> {
  return { kind: "choice", label, help, default: initial, values };
}

function integer(
  label: string,
  [min, max]: readonly [min: number, max: number],
  initial: number,
  help: string,
): Integer {
  return { kind: "integer", label, help, default: initial, min, max };
}

/** The settings by name, in the order of the form. */
export const SETTINGS = {
  text: choice(
    "Text",
    { farm: "Toy farm", own: "Your own text" },
    "farm",
    "Your own text stays in this browser.",
  ),
  vocabulary: integer(
    "Vocabulary",
    [40, 8000],
    400,
    "Most pieces that the vocabulary may have.",
  ),
  size: choice(
    "Size",
    {
      tiny: "Tiny: 2 layers of 96",
      small: "Small: 2 layers of 128",
      medium: "Medium: 3 layers of 256",
    },
    "tiny",
    "Layers and hidden size H.",
  ),
  embedding: choice(
    "Embedding size E",
    { "16": "16", "32": "32", "64": "64", "128": "128" },
    "64",
    "Each piece has E numbers, which one matrix projects to H.",
  ),
  share: choice(
    "Shared across layers",
    { all: "All parameters", attention: "Attention", ffn: "Feed-forward", none: "Nothing" },
    "all",
    "ALBERT shares all parameters; BERT shares none.",
  ),
  objective: choice(
    "Second objective",
    { sop: "Sentence order (SOP)", nsp: "Next sentence (NSP)", none: "None" },
    "sop",
    "What the model predicts about pairs of segments, next to masked tokens.",
  ),
  masked: integer(
    "Masked tokens, %",
    [5, 50],
    15,
    "Fraction of the tokens to predict. With 40%, models of real text learn sooner.",
  ),
  steps: integer("Steps", [10, 100_000], 1500, "Updates of the parameters."),
  seed: integer("Seed", [0, 999_999], 42, "The same seed gives the same run, bit for bit."),
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;

/** A value for each setting. */
export type Settings = {
  readonly [K in SettingName]: (typeof SETTINGS)[K] extends Choice<infer V> ? V : number;
};

/** The names, in the order of the form. */
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** The settings that a new visitor sees. */
export const DEFAULT_SETTINGS = Object.fromEntries(
  SETTING_NAMES.map((name) => [name, SETTINGS[name].default]),
) as Settings;

/**
 * Reads settings from text, such as a form or a link.
 *
 * @param read returns the text of a setting; null if there is none, which gives the default
 * @returns all settings
 * @throws {RangeError} if a value is invalid, with the name of the setting and the valid values
 */
export function parseSettings(read: (name: SettingName) => string | null): Settings {
  return Object.fromEntries(SETTING_NAMES.map((name) => {
    const setting: Setting = SETTINGS[name];
    const text = read(name);
    if (text === null) return [name, setting.default];
    if (setting.kind === "choice") {
      if (Object.hasOwn(setting.values, text)) return [name, text];
      const valid = Object.keys(setting.values).join(", ");
      throw new RangeError(`${name} must be one of ${valid} (got ${JSON.stringify(text)})`);
    }
    const value = Number(text);
    if (
      text.trim() !== "" && Number.isInteger(value) && value >= setting.min && value <= setting.max
    ) {
      return [name, value];
    }
    throw new RangeError(
      `${name} must be an integer from ${setting.min} to ${setting.max} (got ${
        JSON.stringify(text)
      })`,
    );
  })) as unknown as Settings;
}
