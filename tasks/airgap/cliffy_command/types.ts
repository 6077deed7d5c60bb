import { ValidationError } from "./errors.ts";

/** A value as typed, and whose it is: what a type is asked to read. */
export interface ArgumentValue {
  /** `Option` or `Argument`. */
  label: string;
  /** Name of the type. */
  type: string;
  /** Name of the option (with dashes) or of the argument. */
  name: string;
  /** The text. */
  value: string;
}

/** Reads values of one type. */
export interface Type<T> {
  /** The value, or a {@linkcode ValidationError}. */
  parse(type: ArgumentValue): T;
  /** All values there are, where they can be listed. */
  values?(): T[];
}

/** One of a list. */
export class EnumType<const T extends string | number | boolean> implements Type<T> {
  #allowed: T[];

  /** @param values What is allowed. */
  constructor(values: ReadonlyArray<T> | Record<string, T>) {
    this.#allowed = Object.values(values);
  }

  /** The allowed value of this name. */
  parse(type: ArgumentValue): T {
    const found = this.#allowed.find((value) => value.toString() === type.value);
    if (found === undefined) throw wrongType(type, this.#allowed);
    return found;
  }

  /** What is allowed. */
  values(): T[] {
    return [...this.#allowed];
  }
}

/** The types every command knows. */
export const BASE_TYPES: Record<string, Type<unknown>> = {
  string: { parse: ({ value }) => value },
  file: { parse: ({ value }) => value },
  boolean: {
    parse: (type) => {
      if (type.value === "true" || type.value === "1") return true;
      if (type.value === "false" || type.value === "0") return false;
      throw wrongType(type, ["true", "false", "1", "0"]);
    },
  },
  number: {
    parse: (type) => {
      const value = Number(type.value);
      if (type.value === "" || !Number.isFinite(value)) throw wrongType(type);
      return value;
    },
  },
  integer: {
    parse: (type) => {
      const value = Number(type.value);
      if (!Number.isInteger(value)) throw wrongType(type);
      return value;
    },
  },
};

function wrongType(
  { label, name, value, type }: ArgumentValue,
  expected?: ReadonlyArray<unknown>,
): ValidationError {
  const list = expected ? ` Expected values: ${expected.map((one) => `"${one}"`).join(", ")}` : "";
  return new ValidationError(
    `${label} "${name}" must be of type "${type}", but got "${value}".${list}`,
  );
}
