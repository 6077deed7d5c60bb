import { UNKNOWN, WORD_START } from "./word_counter.ts";
import type { CompleteTrainingOptions } from "./options.ts";
import { unicodeScript } from "./unicode_script.ts";

/** The role of a character in the rule that a piece has one script. */
type ScriptRole =
  /** `▁`: starts a piece and has no script. */
  | "word-start"
  /** A combining mark: has the script of the character before it. */
  | "inherited"
  /** Combines with any script. */
  | "any"
  /** The script's name. */
  | `script:${string}`;

/** Decides which strings can be pieces (SentencePiece's `TrainerInterface::IsValidSentencePiece`). */
export class PieceRules {
  readonly #options: CompleteTrainingOptions;
  readonly #roles: Map<string, ScriptRole> = new Map();

  /**
   * Creates the rules.
   *
   * @param options `maxSentencepieceLength`, `splitByUnicodeScript` and `splitByNumber` are used.
   */
  constructor(options: CompleteTrainingOptions) {
    this.#options = options;
  }

  /**
   * Whether characters can form a piece: not too long, `▁` only at the start, no unknown characters,
   * one script (Hiragana and Katakana count as Han).
   */
  allows(characters: readonly string[]): boolean {
    const { length } = characters;
    if (length === 0 || length > this.#options.maxSentencepieceLength) return false;
    let previous: ScriptRole = "any";
    for (let i = 0; i < length; i++) {
      const character = characters[i];
      if (character === UNKNOWN || character === "\t" || character === " ") return false;
      if (character === "\0") return false;
      let role = this.#role(character);
      if (role === "word-start") {
        if (i > 0) return false;
        continue;
      }
      if (role === "inherited") role = previous;
      if (role !== "any" && previous !== "any" && role !== previous) return false;
      previous = role;
    }
    return true;
  }

  /**
   * Whether no allowed piece contains `left` directly followed by `right`. Text can be split there
   * without changing any segmentation.
   */
  separates(left: string, right: string): boolean {
    const before = this.#role(left);
    const after = this.#role(right);
    return before.startsWith("script:") && after.startsWith("script:") && before !== after;
  }

  #role(character: string): ScriptRole {
    let role = this.#roles.get(character);
    if (role === undefined) {
      role = this.#findRole(character);
      this.#roles.set(character, role);
    }
    return role;
  }

  #findRole(character: string): ScriptRole {
    if (character === WORD_START) return "word-start";
    if (!this.#options.splitByUnicodeScript) return "any";
    if (!this.#options.splitByNumber && /[0-9０-９]/u.test(character)) return "any";
    const script = unicodeScript(character);
    if (script === "Inherited" && character !== "ー") return "inherited";
    // The long vowel sign is Common by its property but is written in Japanese words.
    const japanese = script === "Hiragana" || script === "Katakana" || character === "ー";
    return `script:${japanese ? "Han" : script}`;
  }
}
