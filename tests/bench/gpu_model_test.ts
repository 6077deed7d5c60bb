import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type Isa, summarize } from "../../bench/gpu/assembly.ts";
import { compiledPage, fmaShare, type PipelineResult } from "../../bench/gpu/compiled.ts";
import { readCompiled, readEfficiencies, targetTable } from "../../bench/gpu/results.ts";
import {
  CARDS,
  type Efficiency,
  efficiencyOf,
  efficiencyTable,
  modelStep,
  type PlannedRun,
} from "../../bench/gpu/time_model.ts";

/** The same program in each language: two nested loops, two multiply-adds in the inner one, an `if` in the outer one, a tail. */
const PROGRAMS: Readonly<Record<Isa, string>> = {
  amd: `
BB0:
	s_mov_b32 s0, 0                     ; be800080
BB1:
	buffer_load_b128 v[0:3], v4, s[4:7], 0 offen
	s_cbranch_execz BB3
BB2:
	v_cvt_f32_u32_e32 v5, v6
BB3:
	ds_store_b128 v7, v[0:3]
	s_barrier
BB4:
	ds_load_b128 v[8:11], v7
	v_fmac_f32_e32 v12, v8, v9
	v_dual_fmac_f32 v13, v8, v10 :: v_dual_fmac_f32 v14, v8, v11
	v_add_nc_u32_e32 v7, 16, v7
	s_cbranch_scc0 BB4
BB5:
	v_add_f32_e32 v12, v12, v13
	s_branch BB1
BB6:
	buffer_store_b128 v[8:11], v4, s[4:7], 0 offen
	s_endpgm
`,
  nvidia: `=== compute | NAK assembly
block.u 0 L3 [] -> {
      r0        = mov 0x0                                        // delay=1
} -> [1]
block 1 L0 [0, 5] -> {
      r0..4     = ld.global.a64.strong.sys.b128 [r4..6]          // delay=1
@!p0              bra L1                                         // delay=1
} -> [2, 3]
block 2 L2 [1] -> {
      r5        = i2f.f32.u32.re r6                              // delay=1
} -> [3]
block 3 L1 [1, 2] -> {
                  st.shared.strong.cta.b128 [r7] r0..4           // delay=3
                  bar.sync 0x0                                   // delay=3
} -> [4]
block 4 L4 [3, 4] -> {
      r8..12    = ld.shared.strong.cta.b128 [r7]                 // delay=1
      r12       = ffma.ftz r8 r9 r12                             // delay=1
      r13       = ffma.ftz r8 r10 r13                            // delay=1
      r7        = iadd3 r7 0x10 rZ                               // delay=1
@p0               bra L4                                         // delay=1
} -> [4, 5]
block 5 L6 [4] -> {
      r12       = fadd.ftz r12 r13                               // delay=1
@p1               bra L7                                         // delay=1
} -> [6, 7]
block 6 L8 [5] -> {
                  bra L0                                         // delay=1
} -> [1]
block 7 L7 [5] -> {
                  st.global.a64.strong.sys.b128 [r4..6] r8..12   // delay=1
                  exit                                           // delay=1
} -> []
`,
  intel: `=== compute | GEN Assembly
mov(8)          g1<1>UD         0x00000000UD                    { align1 1Q };

LABEL0:
send(8)         g2UD            g3UD            nullUD          0x02003504                0x00000100
                            ugm MsgDesc: ( load, a32, d32, V4, L1STATE_L3MOCS dst_len = 4, src0_len = 1, src1_len = 0 bti )  base_offset 0  { align1 1Q $1 };
(+f0.0) if(8)   JIP:  LABEL1          UIP:  LABEL1              { align1 1Q };
math inv(8)     g5<1>F          g6<8,8,1>F      null<8,8,1>F    { align1 1Q };

LABEL1:
endif(8)        JIP:  LABEL2                                    { align1 1Q };
send(8)         nullUD          g7UD            g2UD            0x02003504                0x00000100
                            slm MsgDesc: ( store, a32, d32, V4, L1STATE_L3MOCS dst_len = 0, src0_len = 1, src1_len = 4 flat )  base_offset 0  { align1 1Q $1 };
send(8)         nullUD          g6UD            nullUD          0x02000004                0x00000000
                            gateway MsgDesc: (barrier msg)  mlen 1 ex_mlen 0 rlen 0 { align1 WE_all 1Q $3 };

LABEL3:
send(8)         g8UD            g7UD            nullUD          0x02003504                0x00000100
                            slm MsgDesc: ( load, a32, d32, V4, L1STATE_L3MOCS dst_len = 4, src0_len = 1, src1_len = 0 flat )  base_offset 0  { align1 1Q $1 };
mad(8)          g12<1>F         g12<8,8,1>F     g8<8,8,1>F      g9<1,1,1>F { align1 1Q F@1 };
mad(8)          g13<1>F         g13<8,8,1>F     g8<8,8,1>F      g10<1,1,1>F { align1 1Q F@1 };
add(8)          g7<1>D          g7<8,8,1>D      16D             { align1 1Q };

LABEL4:
while(8)        JIP:  LABEL3                                    { align1 1Q };
add(8)          g12<1>F         g12<8,8,1>F     g13<8,8,1>F     { align1 1Q F@1 };

LABEL2:
while(8)        JIP:  LABEL0                                    { align1 1Q };
send(8)         nullUD          g7UD            g14UD           0x02003504                0x00000100
                            ugm MsgDesc: ( store, a32, d32, V1, L1STATE_L3MOCS dst_len = 0, src0_len = 1, ss )  base_offset 0  { align1 1Q $1 };
`,
};

for (const isa of ["amd", "nvidia", "intel"] as const) {
  Deno.test(`summarize() finds the loops of ${isa} assembly`, () => {
    const { whole, hot, inner, outer, loadsAhead } = summarize(isa, PROGRAMS[isa]);
    assertEquals(hot.kinds.fma, 2);
    assertEquals([inner?.kinds.fma, inner?.kinds["local load"], inner?.localBytes], [2, 1, 16]);
    assertEquals(inner?.kinds.control, 1);
    assertEquals([outer?.kinds.fma, outer?.kinds["global load"], outer?.globalBytes], [
      undefined,
      1,
      16,
    ]);
    assertEquals(outer?.kinds.barrier, 1);
    assertEquals(outer?.kinds["local store"], 1);
    assertEquals(outer?.kinds.float, 1);
    assertEquals((outer?.kinds.convert ?? 0) + (outer?.kinds.special ?? 0), 1, "the if");
    assertEquals(loadsAhead, false);
    const tail = isa === "intel" ? "scratch" : "global store";
    assertEquals(whole.kinds[tail], 1, "the tail");
    assertEquals(outer?.kinds[tail], undefined);
  });
}

Deno.test("summarize() sees that loads precede the multiply-adds of a stage", () => {
  // The load moves behind the barrier, before the inner loop.
  const load = "	buffer_load_b128 v[0:3], v4, s[4:7], 0 offen\n";
  const ahead = PROGRAMS.amd.replace(load, "").replace("	s_barrier\n", `	s_barrier\n${load}`);
  assertEquals(summarize("amd", ahead).loadsAhead, true);
});

Deno.test("summarize() counts code under a condition in the inner loop only if it loads from a buffer", () => {
  const under = (code: string) =>
    PROGRAMS.amd.replace(
      "	s_cbranch_scc0 BB4\n",
      `	s_cbranch_execz BB8\nBB7:\n${code}\nBB8:\n	s_cbranch_scc0 BB4\n`,
    );
  const sums = summarize("amd", under("	ds_load_b128 v[20:23], v7\n	v_add_f32_e32 v1, v2, v3"));
  assertEquals([sums.inner?.localBytes, sums.inner?.kinds.float], [16, undefined]);
  assertEquals([sums.whole.kinds["local load"], sums.outer?.kinds["local load"]], [2, undefined]);
  const load = summarize("amd", under("	buffer_load_b128 v[20:23], v7, s[0:3], 0 offen"));
  assertEquals([load.inner?.globalBytes, load.inner?.kinds.fma], [16, 2]);
});

const MIX = { localBytes: 0, globalBytes: 0 };
const PIPELINE: PipelineResult = {
  kernel: "matmul.matmul",
  variant: "tile",
  structural: { bias: true, transpose_a: false },
  calls: { f32: 1 },
  invocations: 256,
  tuning: { invocation_rows: 8, invocation_vectors: 2 },
  depth: 8,
  subgroupSize: 32,
  registers: 128,
  spills: 0,
  fills: 0,
  localBytes: 8192,
  subgroupsPerCore: 16,
  loadsAhead: false,
  whole: { ...MIX, instructions: 1000, kinds: { fma: 256, integer: 744 } },
  hot: { ...MIX, instructions: 320, kinds: { fma: 256, integer: 64 } },
  inner: { ...MIX, instructions: 320, kinds: { fma: 256, integer: 64 }, localBytes: 256 },
  outer: { ...MIX, instructions: 64, kinds: { integer: 62, barrier: 2 } },
};

Deno.test("efficiencyOf() follows its formula", () => {
  const { byWorkgroups, resident, tile, structural } = efficiencyOf(PIPELINE, CARDS.h200);
  assertEquals([resident, tile, structural], [2, { elements: 64, depth: 8 }, "bias"]);
  // 8 × 8 × 8 multiply-adds per stage are two turns of the loop. 256 invocations are two cycles per instruction.
  const useful = 2 * 2 * 256, time = 2 * (2 * 320 + 64), exposed = 650 + 2 * 60;
  assertAlmostEquals(byWorkgroups[0], useful / (time + exposed), 1e-3);
  assertAlmostEquals(byWorkgroups[1], 2 * useful / (2 * time), 1e-3);
  const ahead = efficiencyOf({ ...PIPELINE, loadsAhead: true }, CARDS.h200);
  assertAlmostEquals(ahead.byWorkgroups[0], useful / (time + 120), 1e-3);
  const inner = { ...PIPELINE.inner!, kinds: { ...PIPELINE.inner!.kinds, scratch: 32 } };
  assert(efficiencyOf({ ...PIPELINE, inner }, CARDS.h200).byWorkgroups[1] < 0.6 * byWorkgroups[1]);
  assertAlmostEquals(fmaShare(PIPELINE), 0.8);
});

const RUN: PlannedRun = {
  kernel: "matmul.matmul",
  variant: "tile",
  workgroups: 132,
  invocations: 132 * 256,
  flops: 2 * 1408 * 1536 * 768,
  bytes: 1e6,
  structural: { bias: true, transpose_a: false },
  uniforms: { m: 1408, n: 1536, k: 768 },
};

Deno.test("modelStep() takes the time of the core with the most workgroups", () => {
  const efficiencies: Efficiency[] = [efficiencyOf(PIPELINE, CARDS.h200)];
  const step = (workgroups: number, uniforms = RUN.uniforms) => {
    const run = { ...RUN, workgroups, invocations: workgroups * 256, uniforms };
    const plan = { adapter: "sm86", dispatches: 1, flops: RUN.flops, bytes: 1e6, runs: [run] };
    return modelStep(plan, "h200", { h200: efficiencies });
  };
  const launch = CARDS.h200.launch * 1e3;
  const one = step(132).milliseconds - launch;
  const [alone] = efficiencies[0].byWorkgroups;
  assertAlmostEquals(one, 256 * 64 * 768 / (128 * alone) / CARDS.h200.clock * 1e3, 1e-9);
  // A single workgroup takes as long as one per core; one more than that shares a core.
  assertAlmostEquals(step(1).milliseconds - launch, one, 1e-9);
  const [, shared] = efficiencies[0].byWorkgroups;
  assertAlmostEquals(step(133).milliseconds - launch, 2 * one * alone / shared, 1e-9);
  // Parts of k take less.
  const parts = step(132, { ...RUN.uniforms, part_length: 96 }).milliseconds - launch;
  assertAlmostEquals(parts, one / 8, 1e-9);
});

Deno.test("modelStep() names a variant that was not compiled", () => {
  const plan = { adapter: "sm86", dispatches: 1, flops: 1, bytes: 1, runs: [RUN] };
  assertThrows(
    () => modelStep(plan, "h200", { h200: [] }),
    Error,
    "has no matmul.matmul/tile bias for H200; run deno task bench compile",
  );
});

Deno.test("the committed efficiencies follow from the committed compiled code", async () => {
  const compiled = await readCompiled();
  assertEquals(efficiencyTable(compiled), await readEfficiencies());
  for (const step of compiled) {
    const committed = new URL(`../../bench/gpu/compiled/${step.gpu}.md`, import.meta.url);
    assertEquals(compiledPage(step), await Deno.readTextFile(committed));
  }
});

Deno.test("targetTable() computes shares from the plan", async () => {
  const runs = [RUN, { ...RUN, workgroups: 48 }, { ...RUN, kernel: "attention.forward" }];
  const plan = { adapter: "rdna3", dispatches: 3, flops: 1, bytes: 1, runs };
  const modeled = Object.values(CARDS).map(({ name }) => ({
    card: name,
    ...{ dispatches: 3, milliseconds: 1.5, launchMilliseconds: 1, shareOfPeak: 1, kernels: [] },
  }));
  const table = targetTable(plan, await readCompiled(), modeled);
  assert(table.includes("50.0%"));
  assert(table.includes("1.50 / 1.50 / 1.50 / 1.50"));
});
