// A profile is consistent with its kernel runs, exports as a trace, and does not change training.
import { assert, assertEquals } from "@std/assert";
import { type Device, whole } from "../../src/device/mod.ts";
import { flameBars, profileSection } from "../../src/report/profile_section.ts";
import {
  readProfile,
  StepProfiler,
  type TracedProfile,
  traceJson,
  writeProfile,
} from "../../src/runs/disk.ts";
import { testDevices } from "../support/devices.ts";
import { toySteps, toyTrainer } from "../support/toy_pretraining.ts";

const STEPS = 6;

async function train(device: Device, profiled: boolean) {
  const schedule = { peakLearningRate: 0.01, warmupSteps: 1, totalSteps: STEPS };
  const trainer = toyTrainer(device, { schedule, loggingSteps: STEPS });
  const profiler = new StepProfiler(device);
  const found: TracedProfile[] = [];
  for (let step = 1; step <= STEPS; step++) {
    toySteps(trainer, 1, 4);
    const traced = profiled ? await profiler.afterStep(step) : null;
    if (traced !== null) found.push(traced);
  }
  await trainer.readLog();
  const weights = await device.read(whole(trainer.model.parameters.values));
  trainer.free();
  return { found, weights };
}

testDevices(
  "a profile sums up its kernel runs, and profiled training ends in the same bytes",
  async (device) => {
    const plain = await train(device, false);
    const { found: [{ profile, runs }, ...more], weights } = await train(device, true);
    assertEquals(more, [], "one profile per run");
    assertEquals(weights, plain.weights);
    assertEquals([profile.firstStep, profile.steps], [3, 3]);
    assertEquals(runs.length, profile.kernels.reduce((sum, { calls }) => sum + calls, 0));
    assertEquals(runs.length % 3, 0);
    const sum = (list: readonly { milliseconds: number }[]) =>
      list.reduce((total, { milliseconds }) => total + milliseconds, 0);
    assert(Math.abs(sum(runs) - sum(profile.kernels)) < 1e-6 * sum(runs) + 1e-6);
    const held = profile.holders.map(({ label }) => label);
    for (const label of ["parameters", "first moments"]) {
      assert(held.includes(label), `${label} of ${held.join(", ")}`);
    }

    const trace = JSON.parse(traceJson({ profile, runs }));
    const slices = trace.traceEvents.filter(({ ph }: { ph: string }) => ph === "X");
    assertEquals(slices.length, runs.length);
    for (const { name, ts, dur, args } of slices) {
      assert(ts >= 0 && dur >= 0 && args.bytes > 0, name);
    }

    const folder = await Deno.makeTempDir();
    try {
      await writeProfile(folder, { profile, runs });
      assertEquals(await readProfile(folder), profile);
      await Deno.writeTextFile(`${folder}/profile/profile.json`, "{}");
      assertEquals(await readProfile(folder), null);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }

    const bars = flameBars(profile);
    for (const parent of bars.filter(({ depth }) => depth < 3)) {
      const end = parent.start + parent.milliseconds;
      const parts = bars.filter(({ depth, start }) =>
        depth === parent.depth + 1 && start >= parent.start - 1e-9 && start < end - 1e-12
      );
      if (parent.milliseconds === 0) continue;
      assert(Math.abs(sum(parts) - parent.milliseconds) < 1e-6 * parent.milliseconds, parent.name);
    }
    const section = (profileSection(profile)).text;
    assert(section.includes("<svg") && section.includes("matmul.matmul"));
  },
);
