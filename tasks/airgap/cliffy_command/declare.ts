import { ValidationError } from "./errors.ts";

/** The definition of a value of an option or a command: `<name:type>`, `[name...:type[]]`. */
export interface Slot {
  name: string;
  type: string;
  raw: string;
  optional: boolean;
  variadic: boolean;
  list: boolean;
}

/** Settings of an option. */
export interface OptionSettings {
  required?: boolean;
  default?: unknown;
  /** Shown in help in place of the default. */
  defaultText?: string | number | boolean;
  collect?: boolean;
  hidden?: boolean;
  global?: boolean;
  standalone?: boolean;
  depends?: string[];
  conflicts?: string[];
  // deno-lint-ignore no-explicit-any
  value?: (value: any, previous?: any) => unknown;
  // deno-lint-ignore no-explicit-any
  action?: (...args: any[]) => unknown;
}

/** A declared option. */
export interface Option extends OptionSettings {
  name: string;
  aliases: string[];
  flags: string[];
  description: string;
  group?: string;
  slot?: Slot;
}

/** Splits `-o, --output <dir:string>` into names and value. */
export function declareOption(
  flags: string,
  description: string,
  settings: OptionSettings,
  group?: string,
): Option {
  const parts = flags.trim().split(/[, =] */);
  const raw = /^[<[].+[\]>]$/.test(parts.at(-1)!) ? parts.pop()! : "";
  const names = parts.map((part) => part.replace(/^--?/, ""));
  const long = parts.findIndex((part) => part.startsWith("--"));
  const [name] = names.splice(Math.max(long, 0), 1);
  return {
    ...settings,
    name,
    aliases: names,
    flags: parts,
    description,
    group,
    slot: raw ? declareSlots(raw)[0] : undefined,
  };
}

/** Parses `<first:type> [others...:type]`. */
export function declareSlots(definition: string): Slot[] {
  return definition.split(/ +/).map((raw) => {
    const match = /^[<[]([^:\]>]+)(?::([^[\]>]+)(\[\])?)?[\]>]$/.exec(raw);
    if (!match) throw new ValidationError(`Cannot read the argument definition "${raw}".`);
    const [, named, type = "string", list] = match;
    return {
      name: named.replaceAll("...", ""),
      type,
      raw,
      optional: raw.startsWith("["),
      variadic: named.includes("..."),
      list: list !== undefined,
    };
  });
}

/** Converts `max-length` to `maxLength`. */
export function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
}
