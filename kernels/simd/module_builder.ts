/**
 * Builds WebAssembly functions, and a module of them that imports its memory.
 *
 * @module
 */
import {
  buildConstant,
  type Code,
  flatten,
  i32,
  type Local,
  TYPE,
  unsigned,
  type ValueType,
} from "./code.ts";

const text = new TextEncoder();
const sized = (bytes: number[]): number[] => [...unsigned(bytes.length), ...bytes];
const list = (items: number[][]): number[] => [...unsigned(items.length), ...items.flat()];
const name = (value: string): number[] => sized([...text.encode(value)]);

/** Builds one function. Statements are appended in the order of the calls. */
export class FunctionBuilder {
  readonly parameters: readonly Local[];
  readonly #types: ValueType[];
  readonly #parameterCount: number;
  readonly #free = new Map<ValueType, Local[]>();
  #body: Code[] = [];

  constructor(parameterTypes: readonly ValueType[]) {
    this.#types = [...parameterTypes];
    this.#parameterCount = parameterTypes.length;
    this.parameters = parameterTypes.map((_, index) => local(index));
  }

  /** Declares a variable, or reuses a released one, and sets its value. */
  local(type: ValueType, value: Code): Local {
    let variable = this.#free.get(type)?.pop();
    if (variable === undefined) {
      variable = local(this.#types.length);
      this.#types.push(type);
    }
    this.set(variable, value);
    return variable;
  }

  /** Makes variables available for reuse. Without it, large functions would declare hundreds. */
  release(type: ValueType, ...variables: Local[]): void {
    const free = this.#free.get(type) ?? [];
    free.push(...variables);
    this.#free.set(type, free);
  }

  /** Assigns `value` to a variable. */
  set(variable: Local, value: Code): void {
    this.#body.push([value, 0x21, unsigned(variable.index)]);
  }

  /** Appends statements, such as stores. */
  do(...statements: Code[]): void {
    this.#body.push(...statements);
  }

  /** `for (; variable < end; variable += step)`, unsigned. The variable keeps its final value. */
  while(variable: Local, end: Code, step: number, body: () => void): void {
    const inner = this.#collect(body);
    this.#body.push(
      [i32.ltU(variable, end), 0x04, 0x40, 0x03, 0x40],
      inner,
      [i32.add(variable, step), 0x22, unsigned(variable.index)],
      [end, 0x49, 0x0d, 0, 0x0b, 0x0b],
    );
  }

  /** `for (let i = from; i < to; i += step)`, unsigned. */
  loop(from: Code, to: Code, step: number, body: (i: Local) => void): void {
    const i = this.local("i32", from);
    this.while(i, to, step, () => body(i));
    this.release("i32", i);
  }

  /** `if (condition) { then } else { otherwise }`. */
  if(condition: Code, then: () => void, otherwise?: () => void): void {
    this.#body.push([condition, 0x04, 0x40], this.#collect(then));
    if (otherwise !== undefined) this.#body.push([0x05], this.#collect(otherwise));
    this.#body.push([0x0b]);
  }

  /** The function's entry in the code section. */
  bytes(result: Code): number[] {
    const constants = new Map<string, { lanes: readonly number[]; variable: Local }>();
    const load = (lanes: readonly number[]): number[] => {
      // Zero costs one cheap instruction. A shared variable would make all sums that start at zero depend on one stack slot.
      if (lanes.every((byte) => byte === 0)) return buildConstant(lanes);
      const key = lanes.join();
      let known = constants.get(key);
      if (known === undefined) {
        known = { lanes, variable: local(this.#types.push("v128") - 1) };
        constants.set(key, known);
      }
      return [0x20, ...unsigned(known.variable.index)];
    };
    const body = flatten([this.#body, result], load);
    const start = [...constants.values()].flatMap(({ lanes, variable }) => [
      ...buildConstant(lanes),
      0x21,
      ...unsigned(variable.index),
    ]);
    const locals = this.#types.slice(this.#parameterCount).map((type) => [1, TYPE[type]]);
    return sized([...list(locals), ...start, ...body, 0x0b]);
  }

  #collect(body: () => void): Code {
    const outer = this.#body;
    this.#body = [];
    body();
    const inner = this.#body;
    this.#body = outer;
    return inner;
  }
}

/** The code that calls a function of the module. */
export interface FunctionReference {
  (...operands: Code[]): Code;
}

/** Builds a module. */
export class ModuleBuilder {
  readonly #types: number[][] = [];
  readonly #signatures: number[] = [];
  readonly #bodies: number[][] = [];
  readonly #exports: number[][] = [];

  /**
   * Adds a function. `body` appends its statements and returns the expression of its result, or nothing if it has no result.
   * A function with an `exportName` is exported.
   */
  function(
    parameters: readonly ValueType[],
    result: ValueType | null,
    body: (f: FunctionBuilder) => Code | void,
    exportName?: string,
  ): FunctionReference {
    const results = result === null ? [] : [TYPE[result]];
    const index = this.#bodies.length;
    const builder = new FunctionBuilder(parameters);
    this.#signatures.push(this.#type([
      0x60,
      ...sized(parameters.map((type) => TYPE[type])),
      ...sized(results),
    ]));
    this.#bodies.push([]);
    this.#bodies[index] = builder.bytes(body(builder) ?? []);
    if (exportName !== undefined) {
      this.#exports.push([...name(exportName), 0x00, ...unsigned(index)]);
    }
    return (...operands) => [operands, 0x10, unsigned(index)];
  }

  /** Encodes the module. It imports `env.memory`, a memory of at most `maximumPages` pages. */
  bytes(shared: boolean, maximumPages: number): Uint8Array<ArrayBuffer> {
    const memory = [0x02, shared ? 0x03 : 0x01, ...unsigned(1), ...unsigned(maximumPages)];
    const section = (id: number, content: number[]) => [id, ...sized(content)];
    const parts = [
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, list(this.#types)),
      section(2, list([[...name("env"), ...name("memory"), ...memory]])),
      section(3, list(this.#signatures.map(unsigned))),
      section(7, list(this.#exports)),
      section(10, list(this.#bodies)),
    ];
    return Uint8Array.from(parts.flat());
  }

  #type(signature: number[]): number {
    const known = this.#types.findIndex((type) => `${type}` === `${signature}`);
    return known >= 0 ? known : this.#types.push(signature) - 1;
  }
}

function local(index: number): Local {
  return Object.assign([0x20, ...unsigned(index)], { index });
}
