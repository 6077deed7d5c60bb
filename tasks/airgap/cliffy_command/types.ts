import { ValidationError } from "./errors.ts";

/** A value on the command line and the option or argument it belongs to. */
export interface ArgumentValue {
  /** `Option` or `Argument`. */
  label: string;
  /** Name of the type. */
  type: string;
  /** Name of the option (with dashes) or of the argument. */
  name: string;
  /** The text of the value. */
  value: string;
}

/** Parses values of one type. */
export interface Type<T> {
  /** Returns the value, or throws a {@linkcode ValidationError}. */
  parse(type: ArgumentValue): T;
  /** Lists all values of an enumeration. */
  values?(): T[];
}

/** A type whose values are listed. */
export class EnumType<const T extends string | number | boolean> implements Type<T> {
  #allowed: T[];

  /** @param values The allowed values. */
  constructor(values: ReadonlyArray<T> | Record<string, T>) {
    this.#allowed = Object.values(values);
  }

  /** Returns the allowed value with this text. */
  parse(type: ArgumentValue): T {
    const found = this.#allowed.find((value) => value.toString() === type.value);
    if (found === undefined) throw wrongType(type, this.#allowed);
    return found;
  }

  /** The allowed values. */
  values(): T[] {
    return [...this.#allowed];
  }
}

/** The built-in types. */
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
