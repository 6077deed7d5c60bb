/**
 * Reads the assembly that Mesa's compilers print for AMD (ACO), NVIDIA (NAK) and Intel GPUs: instructions by kind, and the loops around
 * the multiply-adds.
 *
 * @module
 */

/** Language of an assembly text. */
export type Isa = "amd" | "nvidia" | "intel";

/** Kinds of instructions. `scalar` instructions of AMD's GPUs compute for a whole subgroup; `control` is branches and waiting. */
export const KINDS = [
  ...["fma", "float", "integer", "convert", "special", "local load", "local store"],
  ...["global load", "global store", "scratch", "barrier", "scalar", "control"],
] as const;

/** A kind of instruction. */
export type Kind =
  | "fma"
  | "float"
  | "integer"
  | "convert"
  | "special"
  | "local load"
  | "local store"
  | "global load"
  | "global store"
  | "scratch"
  | "barrier"
  | "scalar"
  | "control";

/** Numbers of instructions in a part of a program. */
export interface Mix {
  readonly instructions: number;
  /** Instructions by kind; kinds without any are absent. */
  readonly kinds: Readonly<Partial<Record<Kind, number>>>;
  /** Bytes that an invocation reads from workgroup memory. */
  readonly localBytes: number;
  /** Bytes that an invocation reads from storage buffers. */
  readonly globalBytes: number;
}

/** What a program does around its multiply-adds. */
export interface LoopSummary {
  readonly whole: Mix;
  /** The straight piece of code with the most multiply-adds. */
  readonly hot: Mix;
  /**
   * The innermost loop around it, or null. Code under a condition counts only if it loads from a buffer: tests of bounds nearly always pass,
   * other conditions are those of few subgroups, such as the sums of rows in a matmul.
   */
  readonly inner: Mix | null;
  /** The next loop around that, without the inner one, or null. */
  readonly outer: Mix | null;
  /** Whether the outermost of the two loads from storage buffers before multiply-adds what it stores in workgroup memory after them. */
  readonly loadsAhead: boolean;
}

interface Line {
  readonly kind: Kind;
  /** Bytes per invocation, of loads. */
  readonly bytes: number;
}

interface Jump {
  readonly at: number;
  readonly label: string;
  /** Whether the next instruction may follow. */
  readonly conditional: boolean;
}

interface Program {
  readonly lines: readonly Line[];
  /** Index of the first instruction after a label. */
  readonly labels: ReadonlyMap<string, number>;
  readonly jumps: readonly Jump[];
}

/** Straight code: instructions from `begin` to `end`, and the blocks that may follow. */
interface Block {
  readonly begin: number;
  readonly end: number;
  readonly next: readonly number[];
}

/** Summarizes a program. */
export function summarize(isa: Isa, text: string): LoopSummary {
  const program = READERS[isa](text);
  const { lines } = program;
  const blocks = blocksOf(program);
  const linesOf = (indices: Iterable<number>) =>
    [...indices].sort((a, b) => a - b)
      .flatMap((index) => lines.slice(blocks[index].begin, blocks[index].end));
  // Programs without multiply-adds: the longest code.
  const weights = blocks.map(({ begin, end }, index) =>
    lines.length * linesOf([index]).filter(({ kind }) => kind === "fma").length + end - begin
  );
  const hot = Math.max(0, weights.indexOf(Math.max(...weights)));
  const [inner, outer] = loopsOf(blocks).filter((loop) => loop.has(hot))
    .sort((a, b) => a.size - b.size);
  const stage = outer ?? inner;
  return {
    whole: mixOf(lines),
    hot: mixOf(linesOf([hot])),
    inner: inner === undefined ? null : mixOf(linesOf(executed(inner, program, blocks))),
    outer: outer === undefined ? null : mixOf(linesOf(outer.difference(inner))),
    loadsAhead: stage !== undefined && loadsAhead(linesOf(stage)),
  };
}

function blocksOf({ lines, labels, jumps }: Program): Block[] {
  const ends = jumps.map(({ at }) => at + 1);
  const borders = [...new Set([0, ...labels.values(), ...ends, lines.length])]
    .sort((a, b) => a - b);
  const indexOf = new Map(borders.map((border, index) => [border, index]));
  const jumpAt = new Map(jumps.map((jump) => [jump.at, jump]));
  return borders.slice(0, -1).map((begin, index) => {
    const end = borders[index + 1];
    const jump = jumpAt.get(end - 1);
    const target = jump && labels.get(jump.label);
    const next = target === undefined ? [] : [indexOf.get(target)!];
    if ((jump === undefined || jump.conditional) && end < lines.length) next.push(index + 1);
    return { begin, end, next };
  });
}

/** The natural loops: for each loop header, the blocks from which a jump back to it can be reached without passing it. */
function loopsOf(blocks: readonly Block[]): Set<number>[] {
  const before: number[][] = blocks.map(() => []);
  blocks.forEach(({ next }, index) => next.forEach((target) => before[target]?.push(index)));
  const loops = new Map<number, Set<number>>();
  blocks.forEach(({ next }, index) => {
    for (const header of next.filter((target) => target <= index)) {
      const loop = loops.get(header) ?? new Set([header]);
      loops.set(header, loop);
      const open = [index];
      for (let block = open.pop(); block !== undefined; block = open.pop()) {
        if (loop.has(block)) continue;
        loop.add(block);
        open.push(...before[block]);
      }
    }
  });
  return [...loops.values()];
}

/** The blocks of a loop that every turn executes, and those that load from a buffer. */
function executed(
  loop: ReadonlySet<number>,
  { lines }: Program,
  blocks: readonly Block[],
): number[] {
  const header = Math.min(...loop);
  const always = (block: number) => {
    // Without the block, no jump back to the header can be reached.
    const seen = new Set([block]);
    const open = block === header ? [] : [header];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (seen.has(one) || !loop.has(one)) continue;
      seen.add(one);
      if (blocks[one].next.includes(header)) return false;
      open.push(...blocks[one].next);
    }
    return true;
  };
  const loads = ({ begin, end }: Block) =>
    lines.slice(begin, end).some(({ kind }) => kind === "global load");
  return [...loop].filter((block) => loads(blocks[block]) || always(block));
}

/** Whether multiply-adds follow the last load from a buffer before the next store to workgroup memory, in a loop. */
function loadsAhead(loop: readonly Line[]): boolean {
  const last = loop.findLastIndex(({ kind }) => kind === "global load");
  if (last < 0) return false;
  for (let i = 1; i <= loop.length; i++) {
    const { kind } = loop[(last + i) % loop.length];
    if (kind === "fma") return true;
    if (kind === "local store") return false;
  }
  return false;
}

function mixOf(lines: readonly Line[]): Mix {
  const kinds: Partial<Record<Kind, number>> = {};
  let localBytes = 0, globalBytes = 0;
  for (const { kind, bytes } of lines) {
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (kind === "local load") localBytes += bytes;
    if (kind === "global load") globalBytes += bytes;
  }
  return { instructions: lines.length, kinds, localBytes, globalBytes };
}

const READERS: Readonly<Record<Isa, (text: string) => Program>> = {
  amd: readAmd,
  nvidia: readNvidia,
  intel: readIntel,
};

/** First pattern that matches an opcode. */
type Patterns = readonly (readonly [RegExp, Kind])[];

function kindOf(opcode: string, patterns: Patterns, other: Kind): Kind {
  return patterns.find(([pattern]) => pattern.test(opcode))?.[1] ?? other;
}

const AMD: Patterns = [
  [/^v_(dual_|pk_)?(fma|mad_f|dot)/, "fma"],
  [/^v_cvt_/, "convert"],
  [/^v_(exp|log|rcp|rsq|sqrt|sin|cos)_/, "special"],
  [
    /^v_(dual_)?(add|sub|subrev|mul|max|min|cmpx?_\w+|maxmin|minmax|max3|med3|rndne|ldexp)_(f16|f32)/,
    "float",
  ],
  [/^v_/, "integer"],
  [/^ds_(load|read)/, "local load"],
  [/^ds_/, "local store"],
  [/^(buffer|global|flat)_load/, "global load"],
  [/^(buffer|global|flat)_(store|atomic)/, "global store"],
  [/^image_/, "global load"],
  [/^scratch_/, "scratch"],
  [/^s_barrier/, "barrier"],
  [
    /^s_(c?branch|waitcnt|delay_alu|nop|clause|endpgm|sendmsg|set_inst_prefetch)/,
    "control",
  ],
];

function readAmd(text: string): Program {
  const lines: Line[] = [], labels = new Map<string, number>(), jumps: Jump[] = [];
  for (const raw of text.split("\n")) {
    const label = /^(BB\d+):/.exec(raw)?.[1];
    if (label !== undefined) labels.set(label, lines.length);
    if (!/^\s+[a-z]/.test(raw)) continue;
    const [opcode, target = ""] = raw.split(";")[0].trim().split(/\s+/);
    if (/^s_(c?branch|endpgm)/.test(opcode)) {
      jumps.push({ at: lines.length, label: target, conditional: opcode.startsWith("s_cbranch") });
    }
    const bits = /_b(\d+)/.exec(opcode)?.[1];
    const two = /2addr/.test(opcode) ? 2 : 1;
    lines.push({ kind: kindOf(opcode, AMD, "scalar"), bytes: two * Number(bits ?? 32) / 8 });
  }
  return { lines, labels, jumps };
}

const NVIDIA: Patterns = [
  [/^(ffma|hfma)/, "fma"],
  [/^(fadd|fmul|fmnmx|fsetp|hadd|hmul|frnd)/, "float"],
  [/^(f2f|f2i|i2f|hconv)/, "convert"],
  [/^mufu/, "special"],
  [/^ld\.shared/, "local load"],
  [/^st\.shared/, "local store"],
  [/^(ld\.global|suld|ldc)/, "global load"],
  [/^st\.global/, "global store"],
  [/^(ld|st)\.(local|scratch)/, "scratch"],
  [/^(ld|st)\./, "global load"],
  [/^bar\./, "barrier"],
  [/^(bra|bsync|bssy|bclear|nop|exit|membar|warpsync)/, "control"],
];

function readNvidia(text: string): Program {
  const lines: Line[] = [], labels = new Map<string, number>(), jumps: Jump[] = [];
  for (const raw of text.split("\n")) {
    const label = /^block(?:\.u)? \d+ (\w+)/.exec(raw)?.[1];
    if (label !== undefined) labels.set(label, lines.length);
    if (label !== undefined || raw.startsWith("}") || raw.startsWith("===")) continue;
    const conditional = raw.startsWith("@");
    const code = raw.split("//")[0].replace(/^@!?u?p\w+/, "").replace(/^[^=]*? = /, "").trim();
    if (code === "") continue;
    const [opcode, target = ""] = code.split(/\s+/);
    if (/^(bra|exit)/.test(opcode)) jumps.push({ at: lines.length, label: target, conditional });
    const bits = /\.b(\d+)$/.exec(opcode)?.[1];
    lines.push({ kind: kindOf(opcode, NVIDIA, "integer"), bytes: Number(bits ?? 32) / 8 });
  }
  return { lines, labels, jumps };
}

const INTEL: Patterns = [
  [/^math/, "special"],
  [/^(while|break|if|else|endif|sync|halt|nop|goto|join)/, "control"],
];

/** Kinds of messages by memory (`ugm`, `slm`) and operation. */
function kindOfMessage(description: string): Kind {
  const memory = /(\w+) MsgDesc/.exec(description)?.[1];
  if (/\bss \)/.test(description)) return "scratch";
  if (/barrier/.test(description)) return "barrier";
  if (/ fence,/.test(description)) return "control";
  const load = /\( load/.test(description);
  if (memory === "slm") return load ? "local load" : "local store";
  return load ? "global load" : "global store";
}

function readIntel(text: string): Program {
  const lines: Line[] = [], labels = new Map<string, number>(), jumps: Jump[] = [];
  for (const raw of text.split("\n")) {
    const label = /^(LABEL\d+):/.exec(raw)?.[1];
    if (label !== undefined) labels.set(label, lines.length);
    if (/^\s+\w+ MsgDesc:/.test(raw)) {
      // Describes the send before it. A transposed load reads for the whole subgroup.
      const vector = /transpose/.test(raw) ? 0 : Number(/ V(\d+)/.exec(raw)?.[1] ?? 1);
      lines[lines.length - 1] = { kind: kindOfMessage(raw), bytes: 4 * vector };
      continue;
    }
    const [, opcode] = /^(?:\([^)]*\)\s*)?([a-z]\w*)[.( ]/.exec(raw) ?? [];
    if (opcode === undefined) continue;
    // The jumps of break and endif only skip code that no invocation would execute.
    const target = /^(?:\([^)]*\)\s*)?(?:if|else|while)\(.*JIP: +(LABEL\d+)/.exec(raw)?.[1];
    if (target !== undefined) jumps.push({ at: lines.length, label: target, conditional: true });
    const isFloat = /<\d+>(F|HF)\b/.test(raw);
    const kind = opcode === "mad" && isFloat
      ? "fma"
      : opcode === "mov" && isFloat !== /[>\d](F|HF)\s*[{@ ]/.test(raw.slice(raw.indexOf(">") + 2))
      ? "integer"
      : kindOf(opcode, INTEL, isFloat ? "float" : "integer");
    lines.push({ kind, bytes: 0 });
  }
  return { lines, labels, jumps };
}
