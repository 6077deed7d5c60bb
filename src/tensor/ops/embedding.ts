/**
 * Look-ups of rows, and their gradients.
 *
 * @module
 */
import {
  elementwiseFill,
  embeddingForward,
  embeddingGather,
  embeddingScatter,
  embeddingSegmentSum,
} from "../../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type View, whole } from "../../device/mod.ts";
import { type ScatterPlan, scatterPlan, type SegmentLevel } from "../scatter_plan.ts";
import type { Scope } from "../scope.ts";
import { alignedLength, matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";

/** Uploads u32 values to a buffer that is valid until the end of the recording. */
export function temporaryIntegers(
  device: Device,
  values: Uint32Array,
  label: string,
): DeviceBuffer {
  const buffer = device.temporary(values.length, "u32", label);
  device.write(whole(buffer), values);
  return buffer;
}

/** Uploads arrays of u32 values to views of one buffer, which is valid until the end of the recording. One write costs the host less than one for each array. */
function uploadTogether(
  device: Device,
  arrays: readonly Uint32Array[],
  label: string,
): View[] {
  const starts: number[] = [];
  let total = 0;
  for (const { length } of arrays) {
    starts.push(total);
    total += alignedLength(length);
  }
  const all = new Uint32Array(total);
  arrays.forEach((values, i) => all.set(values, starts[i]));
  const buffer = temporaryIntegers(device, all, label);
  return arrays.map(({ length }, i) => ({ buffer, offset: starts[i], length }));
}

/** One level of a {@linkcode ScatterPlan} on the device. */
interface UploadedLevel extends Pick<SegmentLevel, "segments"> {
  readonly offsets: View;
  readonly items: View;
  readonly rows: View;
}

/** Uploads arrays and the arrays of scatter plans with one write. */
function uploadPlans(
  device: Device,
  arrays: readonly Uint32Array[],
  plans: readonly ScatterPlan[],
): { views: View[]; levels: { partial: UploadedLevel; final: UploadedLevel }[] } {
  const all = plans.flatMap(({ partial, final }) =>
    [partial, final].flatMap(({ offsets, items, rows }) => [offsets, items, rows])
  );
  const views = uploadTogether(device, [...arrays, ...all], "row indices");
  const level = ({ segments }: SegmentLevel, first: number): UploadedLevel => {
    const [offsets, items, rows] = views.slice(first, first + 3);
    return { segments, offsets, items, rows };
  };
  return {
    views: views.slice(0, arrays.length),
    levels: plans.map(({ partial, final }, i) => {
      const first = arrays.length + 6 * i;
      return { partial: level(partial, first), final: level(final, first + 3) };
    }),
  };
}

/**
 * Computes `words[ids] + positions[0 … sequence) + types[typeIds]` for each token.
 *
 * @param words `[vocabulary, E]`
 * @param positions `[at least sequence, E]`
 * @param types `[types, E]`
 * @param ids token ids, `[batch·sequence]`, in host memory
 * @param typeIds token type ids, `[batch·sequence]`, in host memory
 * @param paddingId row of `words` that receives no gradient, as `padding_idx` in PyTorch
 * @returns `[batch·sequence, E]`
 * @throws {RangeError} if an id is not a row of its table
 */
export function embed(
  scope: Scope,
  words: Tensor,
  positions: Tensor,
  types: Tensor,
  ids: Uint32Array,
  typeIds: Uint32Array,
  sequence: number,
  paddingId?: number,
): Tensor {
  const { device, tape } = scope;
  const columns = words.shape[1];
  const rows = ids.length;
  const positionIds = Uint32Array.from(ids, (_, i) => i % sequence);
  const plans = [
    scatterPlan(ids, words.shape[0], paddingId),
    scatterPlan(positionIds, positions.shape[0]),
    scatterPlan(typeIds, types.shape[0]),
  ];
  const uploaded = uploadPlans(device, [ids, typeIds], tape === undefined ? [] : plans);
  const out = temporaryTensor(device, [rows, columns], "embeddings");
  device.run(embeddingForward, {
    bindings: {
      words: words.view,
      positions: positions.view,
      types: types.view,
      ids: uploaded.views[0],
      type_ids: uploaded.views[1],
      out: out.view,
    },
    uniforms: { rows, columns, sequence },
  });
  tape?.record(out, (gradient) => {
    for (const [i, table] of [words, positions, types].entries()) {
      if (table.gradient === undefined) continue;
      accumulateRows(device, gradient, table.gradient, plans[i], uploaded.levels[i]);
    }
  });
  return out;
}

/** Adds the rows of `gradient` to the rows of `out` according to the plan. */
function accumulateRows(
  device: Device,
  gradient: Tensor,
  out: View,
  plan: ScatterPlan,
  { partial, final }: { readonly partial: UploadedLevel; readonly final: UploadedLevel },
): void {
  const { columns } = matrixShape(gradient);
  const sums = temporaryTensor(device, [plan.partial.rows.length, columns], "row gradient sums");
  for (
    const [{ segments, offsets, items, rows }, x, y, accumulate] of [
      [partial, gradient.view, sums.view, false],
      [final, sums.view, out, true],
    ] as const
  ) {
    device.run(embeddingSegmentSum, {
      bindings: { x, offsets, items, rows, out: y },
      uniforms: { segments, columns },
      structural: { accumulate },
    });
  }
}

/**
 * Gathers distinct rows of a matrix. Use {@linkcode lookUpRows} if rows repeat.
 *
 * @param x `[rows, columns]`
 * @param indices distinct rows, in host memory
 * @returns `[indices.length, columns]`
 */
export function gatherRows(scope: Scope, x: Tensor, indices: Uint32Array): Tensor {
  const { device, tape } = scope;
  const { columns } = matrixShape(x);
  const selected = temporaryIntegers(device, indices, "gathered rows");
  const out = gather(device, x, selected, "gather");
  tape?.record(out, (gradient) => {
    tape.contribute(x, "gather gradient", [gradient.view], (dx, accumulate) => {
      if (!accumulate) fillWithZeros(device, dx);
      device.run(embeddingScatter, {
        bindings: { x: gradient.view, indices: whole(selected), out: dx },
        uniforms: { count: indices.length, columns },
        structural: { accumulate },
      });
    });
  });
  return out;
}

/**
 * Looks up rows of a matrix; rows may repeat. {@linkcode gatherRows} is faster for distinct rows.
 *
 * @param x `[rows, columns]`
 * @param indices rows, in host memory
 * @returns `[indices.length, columns]`
 * @throws {RangeError} if an index is not a row of the matrix and the scope has a tape
 */
export function lookUpRows(scope: Scope, x: Tensor, indices: Uint32Array): Tensor {
  const { device, tape } = scope;
  const { rows } = matrixShape(x);
  const selected = temporaryIntegers(device, indices, "rows to look up");
  const out = gather(device, x, selected, "looked-up rows");
  if (tape === undefined) return out;
  const plan = scatterPlan(indices, rows);
  tape.record(out, (gradient) => {
    tape.contribute(x, "row gradient", [gradient.view], (dx, accumulate) => {
      if (!accumulate) fillWithZeros(device, dx);
      const { levels: [levels] } = uploadPlans(device, [], [plan]);
      accumulateRows(device, gradient, dx, plan, levels);
    });
  });
  return out;
}

function gather(device: Device, x: Tensor, indices: DeviceBuffer, label: string): Tensor {
  const { columns } = matrixShape(x);
  const count = indices.length;
  const out = temporaryTensor(device, [count, columns], label);
  device.run(embeddingGather, {
    bindings: { x: x.view, indices: whole(indices), out: out.view },
    uniforms: { count, columns, pitch: columns },
  });
  return out;
}

function fillWithZeros(device: Device, out: View): void {
  device.run(elementwiseFill, {
    bindings: { out },
    uniforms: { count: out.length, value: 0 },
  });
}
