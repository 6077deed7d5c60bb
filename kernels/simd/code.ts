/**
 * A small assembler for WebAssembly. An expression is the code that leaves its value on the stack, so instructions nest like
 * function calls (`f32x4.add(a, f32x4.mul(b, c))`), and a TypeScript function that returns an expression is a macro.
 *
 * Opcodes: WebAssembly core specification, "Instructions"; relaxed SIMD proposal, "Binary format".
 *
 * @module
 */

/** A 128-bit constant. A function loads it into a variable once, because engines would rebuild it in every iteration of a loop. */
export interface Constant {
  /** Its sixteen bytes. */
  readonly lanes: readonly number[];
}

/** Instructions as nested lists of bytes. */
export type Code = readonly (number | Code | Constant)[];

/** A local variable. As an expression, it evaluates to its value. */
export type Local = Code & { readonly index: number };

/** Binary encoding of each value type. */
export const TYPE = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

/** Name of a value type. */
export type ValueType = keyof typeof TYPE;

/** Encodes a number as unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value >>> 0;;) {
    const low = rest & 0x7f;
    rest >>>= 7;
    if (rest === 0) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** Encodes a 32-bit integer as signed LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    if (done) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** Appends nested code to `into` as a flat list of bytes; `constant` returns the bytes that load a constant. */
export function flatten(
  code: Code,
  constant: (lanes: readonly number[]) => readonly number[],
  into: number[] = [],
): number[] {
  for (const part of code) {
    if (typeof part === "number") into.push(part);
    else if ("lanes" in part) into.push(...constant(part.lanes));
    else flatten(part, constant, into);
  }
  return into;
}

/** The `v128.const` instruction for sixteen bytes. */
export function buildConstant(lanes: readonly number[]): number[] {
  return [...vector(12), ...lanes];
}

/** An operand: code, or a number that becomes a constant of the instruction's type. */
type Operand = Code | number;

const f32Bytes = (value: number) => [...new Uint8Array(Float32Array.of(value).buffer)];
const i32Constant = (value: number): Code => [0x41, signed(value)];
const f32Constant = (value: number): Code => [0x43, f32Bytes(value)];
const vector = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
const splatBytes = (bytes: number[]): Code => [{
  lanes: [...bytes, ...bytes, ...bytes, ...bytes],
}];
const f32x4Constant = (value: number): Code => splatBytes(f32Bytes(value));
const i32x4Constant = (value: number): Code =>
  splatBytes([...new Uint8Array(Int32Array.of(value).buffer)]);

type Lift = (value: number) => Code;
const lift = (value: Operand, constant: Lift): Code =>
  typeof value === "number" ? constant(value) : value;
const unary = (opcode: number[], constant: Lift) => (a: Operand): Code => [
  lift(a, constant),
  opcode,
];
const binary = (opcode: number[], constant: Lift) => (a: Operand, b: Operand): Code => [
  lift(a, constant),
  lift(b, constant),
  opcode,
];
const load = (opcode: number[], align: number) => (address: Code, offset = 0): Code => [
  address,
  opcode,
  align,
  unsigned(offset),
];
const store =
  (opcode: number[], align: number) => (address: Code, value: Code, offset = 0): Code => [
    address,
    value,
    opcode,
    align,
    unsigned(offset),
  ];

const i32Binary = (opcode: number) => binary([opcode], i32Constant);
const f32Binary = (opcode: number) => binary([opcode], f32Constant);
const f32x4Binary = (opcode: number) => binary(vector(opcode), f32x4Constant);
const i32x4Binary = (opcode: number) => binary(vector(opcode), i32x4Constant);
const shift = (opcode: number) => (a: Code, bits: number): Code => [
  a,
  i32Constant(bits),
  vector(opcode),
];

/** Instructions on 32-bit integers (addresses, indices, counts). */
export const i32 = {
  constant: i32Constant,
  load: load([0x28], 2),
  store: store([0x36], 2),
  load8: load([0x2d], 0),
  eqz: unary([0x45], i32Constant),
  eq: i32Binary(0x46),
  ne: i32Binary(0x47),
  ltS: i32Binary(0x48),
  ltU: i32Binary(0x49),
  gtU: i32Binary(0x4b),
  leU: i32Binary(0x4d),
  geU: i32Binary(0x4f),
  add: i32Binary(0x6a),
  sub: i32Binary(0x6b),
  mul: i32Binary(0x6c),
  divU: i32Binary(0x6e),
  remU: i32Binary(0x70),
  and: i32Binary(0x71),
  or: i32Binary(0x72),
  shl: i32Binary(0x74),
  shrU: i32Binary(0x76),
  /** `condition ? a : b`; evaluates both. */
  select: (a: Operand, b: Operand, condition: Code): Code => [
    lift(a, i32Constant),
    lift(b, i32Constant),
    condition,
    0x1b,
  ],
  /** The minimum of two unsigned integers. Evaluates its operands twice, so pass variables or constants. */
  minU: (a: Operand, b: Operand): Code => {
    const [left, right] = [lift(a, i32Constant), lift(b, i32Constant)];
    return [left, right, left, right, 0x49, 0x1b];
  },
  fromF32Bits: (a: Code): Code => [a, 0xbc],
} as const;

/** Instructions on 32-bit floats. */
export const f32 = {
  constant: f32Constant,
  load: load([0x2a], 2),
  store: store([0x38], 2),
  eq: f32Binary(0x5b),
  ne: f32Binary(0x5c),
  lt: f32Binary(0x5d),
  gt: f32Binary(0x5e),
  sqrt: unary([0x91], f32Constant),
  add: f32Binary(0x92),
  sub: f32Binary(0x93),
  mul: f32Binary(0x94),
  div: f32Binary(0x95),
  min: f32Binary(0x96),
  max: f32Binary(0x97),
  fromU32: (a: Code): Code => [a, 0xb3],
  fromI32Bits: (a: Code): Code => [a, 0xbe],
  /** `condition ? a : b`; evaluates both. */
  select: (a: Operand, b: Operand, condition: Code): Code => [
    lift(a, f32Constant),
    lift(b, f32Constant),
    condition,
    0x1b,
  ],
} as const;

/** Instructions on 64-bit floats. */
export const f64 = {
  constant: (value: number): Code => [0x44, [...new Uint8Array(Float64Array.of(value).buffer)]],
  add: (a: Code, b: Code): Code => [a, b, 0xa0],
  mul: (a: Code, b: Code): Code => [a, b, 0xa2],
  fromF32: (a: Code): Code => [a, 0xbb],
  toF32: (a: Code): Code => [a, 0xb6],
} as const;

/** Instructions on 128-bit vectors of any lane type. */
export const v128 = {
  load: load(vector(0), 2),
  loadSplat: load(vector(9), 2),
  store: store(vector(11), 2),
  storeLane: (address: Code, value: Code, lane: number): Code => [
    address,
    value,
    vector(90),
    2,
    unsigned(0),
    lane,
  ],
  not: unary(vector(77), i32x4Constant),
  and: i32x4Binary(78),
  or: i32x4Binary(80),
  xor: i32x4Binary(81),
  /** The bits of `a` where `mask` is 1, the bits of `b` where it is 0. */
  select: (a: Code, b: Code, mask: Code): Code => [a, b, mask, vector(82)],
  anyTrue: unary(vector(83), i32x4Constant),
} as const;

/** Instructions on four 32-bit floats. */
export const f32x4 = {
  constant: f32x4Constant,
  splat: (a: Code): Code => [a, vector(19)],
  extract: (a: Code, lane: number): Code => [a, vector(31), lane],
  eq: f32x4Binary(65),
  ne: f32x4Binary(66),
  lt: f32x4Binary(67),
  gt: f32x4Binary(68),
  abs: unary(vector(224), f32x4Constant),
  neg: unary(vector(225), f32x4Constant),
  sqrt: unary(vector(227), f32x4Constant),
  add: f32x4Binary(228),
  sub: f32x4Binary(229),
  mul: f32x4Binary(230),
  div: f32x4Binary(231),
  /** NaN if one of them is NaN. */
  max: f32x4Binary(233),
  /** `b < a ? b : a`, so `a` if one of them is NaN. Unlike `f32x4.min`, it is a single instruction on x86. */
  pseudoMin: f32x4Binary(234),
  /** `a < b ? b : a`; see `pseudoMin`. */
  pseudoMax: f32x4Binary(235),
  fromI32x4: (a: Code): Code => [a, vector(250)],
  /** `a·b + c`, rounded once or twice, as the processor prefers. Requires relaxed SIMD; see `hasRelaxedSimd`. */
  relaxedMultiplyAdd: (a: Code, b: Code, c: Code): Code => [a, b, c, vector(0x105)],
} as const;

/** Instructions on four 32-bit integers. */
export const i32x4 = {
  constant: i32x4Constant,
  splat: (a: Code): Code => [a, vector(17)],
  lanes: (a: number, b: number, c: number, d: number): Code => [{
    lanes: [...new Uint8Array(Int32Array.of(a, b, c, d).buffer)],
  }],
  eq: i32x4Binary(55),
  ltU: i32x4Binary(58),
  geU: i32x4Binary(64),
  shl: shift(171),
  shrS: shift(172),
  shrU: shift(173),
  add: i32x4Binary(174),
  sub: i32x4Binary(177),
  mul: i32x4Binary(181),
  /** 64-bit products of the unsigned lanes 0 and 1. */
  multiplyLowU: (a: Code, b: Code): Code => [a, b, vector(222)],
  /** 64-bit products of the unsigned lanes 2 and 3. */
  multiplyHighU: (a: Code, b: Code): Code => [a, b, vector(223)],
  /** Selects four lanes by number: 0 to 3 are those of `a`, 4 to 7 those of `b`. */
  shuffle: (a: Code, b: Code, ...lanes: [number, number, number, number]): Code => [
    a,
    b,
    vector(13),
    lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
  ],
} as const;
