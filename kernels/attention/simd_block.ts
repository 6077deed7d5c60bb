/**
 * What the SIMD kernels of attention share. An item is a block of queries or keys of one head, small enough that its scores with
 * all tokens of the sequence fit the thread's scratch memory. Rows of scores are complete, so the softmax needs one pass.
 *
 * @module
 */
import type { Uniforms } from "../kernel.ts";
import { type Code, f32, i32, type Local } from "../simd/code.ts";
import type { FunctionBuilder } from "../simd/module_builder.ts";
import type { Division, Parameters } from "../simd/simd_kernel.ts";
import type { Library } from "../simd/library.ts";
import { PRODUCT_BYTES, type StoredOperand } from "../matmul/simd_tile.ts";
import { element } from "../simd/walk.ts";
import { pitchOf, type Written } from "./layout.ts";

/** Maximum number of scores in a block. */
const SCORES = 1 << 15;
/** Bounds on the number of tokens in a block. */
const MOST_TOKENS = 64;
const LEAST_TOKENS = 8;
const LONGEST = SCORES / LEAST_TOKENS;

/** Offsets in the scratch memory, after the part that a matrix multiplication uses. */
const MASK = Math.ceil(PRODUCT_BYTES / 256) * 256;
const FIRST_SCORES = MASK + 4 * (LONGEST + 64);
const SECOND_SCORES = FIRST_SCORES + 4 * SCORES;

/** Parameters in addition to the kernels' own. */
export const BLOCK_EXTRA = ["block_tokens", "blocks"] as const;

/**
 * Divides all heads into blocks.
 *
 * @throws {RangeError} if the sequence is too long for the scratch memory.
 */
export function divideIntoBlocks({ batch, heads, sequence, size }: Uniforms): Division {
  if (sequence > LONGEST) {
    throw new RangeError(
      `sequences of ${sequence} tokens exceed the CPU device's limit of ${LONGEST}`,
    );
  }
  const fitting = Math.floor(SCORES / Math.max(sequence, 1) / LEAST_TOKENS) * LEAST_TOKENS;
  const tokens = Math.min(fitting, MOST_TOKENS);
  const blocks = Math.ceil(sequence / tokens);
  const flops = 4 * Math.min(tokens, sequence) * sequence * Math.max(size, 1);
  return {
    items: batch * heads * blocks,
    grain: Math.max(1, Math.floor(200_000 / flops)),
    extra: [tokens, blocks],
  };
}

/** One block and its head, as variables and expressions. */
export interface Block {
  /** First token of the block. */
  readonly first: Local;
  /** Number of tokens in the block. */
  readonly count: Local;
  /** Sequence length, padding included. */
  readonly sequence: Local;
  /** Number of keys that are not padding. */
  readonly keys: Local;
  /** Size of a head. */
  readonly size: Local;
  /** Index of the head's first query in arrays with a row for each head and query. */
  readonly row: Local;
  /** Address of a row of a dropout mask. */
  readonly mask: Code;
  /** Addresses of two matrices of scores. */
  readonly firstScores: Code;
  readonly secondScores: Code;
  /** The head's vectors in a binding, starting at token `from`. */
  tokens(operand: string | Written, from?: Code): StoredOperand;
}

/** Computes the block of an item. */
export function blockOf(f: FunctionBuilder, at: Parameters, item: Local): Block {
  const variable = (value: Code) => f.local("i32", value);
  const [sequence, size, heads, blocks, tokens] = [
    ...["sequence", "size", "heads", "blocks", "block_tokens"],
  ].map((name) => variable(at.u32(name)));
  const group = variable(i32.divU(item, blocks));
  const example = variable(i32.divU(group, heads));
  const first = variable(i32.mul(i32.remU(item, blocks), tokens));
  const count = variable(i32.sub(sequence, first));
  f.set(count, i32.minU(count, tokens));
  const keys = variable(i32.load(element(at.u32("lengths"), example)));
  f.set(keys, i32.minU(keys, sequence));
  const firstToken = i32.mul(example, sequence);
  const column = i32.shl(i32.mul(i32.remU(group, heads), size), 2);
  const placeOf = (pitch: Local) => ({
    pitch,
    head: variable(i32.add(i32.mul(firstToken, pitch), column)),
  });
  const places = {
    pitch: placeOf(variable(i32.shl(at.u32("pitch"), 2))),
    out_pitch: placeOf(variable(i32.shl(at.u32("out_pitch"), 2))),
  };
  return {
    ...{ first, count, sequence, keys, size },
    row: variable(i32.mul(group, sequence)),
    mask: i32.add(at.scratch, MASK),
    firstScores: i32.add(at.scratch, FIRST_SCORES),
    secondScores: i32.add(at.scratch, SECOND_SCORES),
    tokens: (operand, from) => {
      const { name, binding, column }: Written = typeof operand === "string"
        ? { name: operand, binding: operand }
        : operand;
      const { pitch, head } = places[pitchOf(name)];
      const inside = i32.add(at.u32(binding), head);
      const start = column === undefined ? inside : i32.add(inside, i32.shl(at.u32(column), 2));
      return {
        at: from === undefined ? start : i32.add(start, i32.mul(from, pitch)),
        pitch,
        transposed: i32.constant(0),
      };
    },
  };
}

/** The transposed operand. */
export function transpose(operand: StoredOperand): StoredOperand {
  return { ...operand, transposed: i32.constant(1) };
}

/** Writes `c = op(a)·op(b)`. */
export function multiply(
  f: FunctionBuilder,
  at: Parameters,
  { multiplyTile }: Library,
  c: StoredOperand,
  [rows, depth, columns]: readonly [Code, Code, Code],
  a: StoredOperand,
  b: StoredOperand,
): void {
  const zero = i32.constant(0);
  f.do(multiplyTile({
    ...{ a, b, c, rows, columns, depth, scratch: at.scratch },
    ...{ alpha: f32.constant(1), accumulate: zero, bias: zero },
  }));
}
