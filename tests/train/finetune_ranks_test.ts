// Several ranks in one process fine-tune as a single rank does.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openCpuDevice } from "../../src/device/mod.ts";
import {
  type ProcessGroup,
  RankMismatchError,
  SINGLE_PROCESS,
  SINGLE_PROCESS_GROUP,
} from "../../src/distributed/mod.ts";
import { sha256File } from "../../src/files/mod.ts";
import { encoderSpecs } from "../../src/model/mod.ts";
import { train } from "../../src/train/disk.ts";
import { finetuningTask } from "../../src/train/mod.ts";
import { processGroups } from "../support/process_groups.ts";
import { toyCheckpoint, toyConfig, toySettings, toyTask } from "./toy_task.ts";

/** A learning rate that does not amplify rounding: the size of AdamW's steps does not depend on that of the gradient. */
const RATE = { schedule: { peakLearningRate: 0.001, warmupSteps: 5, totalSteps: 30 } };

/** Fine-tunes on one rank of a group, without attention dropout, whose masks depend on the padded length of a micro-batch. */
async function finetuneIn(group: ProcessGroup, output: string, dataSha256 = "data") {
  const device = await openCpuDevice({ workers: 1 });
  try {
    const config = { ...toyConfig, attentionProbsDropoutProb: 0 };
    const settings = toySettings({ ...RATE, microBatchSize: 2, loggingSteps: 1, evalSteps: 4 });
    return await train({
      device,
      task: finetuningTask(toyTask, {
        config,
        settings,
        weights: toyCheckpoint(encoderSpecs(toyConfig)),
        weightsSha256: "weights",
        dataSha256,
      }),
      config,
      settings,
      output: group.rank === 0 ? output : "/nowhere",
      resume: false,
      ranks: { ...SINGLE_PROCESS, group, checkSteps: 2 },
      files: new Map(),
      provenance: {},
      observer: {
        log() {},
        progress() {},
        evaluated() {},
        stopRequested: () => false,
      },
    });
  } finally {
    await device.destroy();
  }
}

async function figures(run: string): Promise<Map<string, number>> {
  const lines = (await Deno.readTextFile(`${run}/events.jsonl`)).trim().split("\n");
  return new Map(
    lines.map((line) => JSON.parse(line)).flatMap(({ step, ...fields }) =>
      Object.entries<number>(fields)
        .filter(([name]) => !/time|second|bytes/.test(name))
        .map(([name, value]): [string, number] => [`${name} of step ${step}`, value])
    ),
  );
}

Deno.test("ranks fine-tune like one process, and all get the result", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const alone = await finetuneIn(SINGLE_PROCESS_GROUP, `${folder}/alone`);
    const expected = await figures(`${folder}/alone`);
    for (const size of [2, 3]) {
      const run = `${folder}/ranks-${size}`;
      const results = await Promise.all(processGroups(size).map((group) => finetuneIn(group, run)));
      for (const result of results) assertEquals(result, results[0]);
      assertEquals(results[0].step, alone.step);
      const actual = await figures(run);
      assertEquals([...actual.keys()], [...expected.keys()]);
      for (const [name, value] of expected) {
        const error = Math.abs(actual.get(name)! - value);
        assert(error <= 1e-5 * Math.abs(value), `${name}: ${actual.get(name)}, ${value}`);
      }
      const best = `checkpoints/step-${alone.bestStep}/config.json`;
      assertEquals(await sha256File(`${run}/${best}`), await sha256File(`${folder}/alone/${best}`));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a rank with other data stops every rank before anything is written", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Promise.all(
      processGroups(2).map((group) =>
        assertRejects(
          () => finetuneIn(group, `${folder}/run`, `data ${group.rank}`),
          RankMismatchError,
          'Rank 1 differs from rank 0 in data: "data 1" instead of "data 0"',
        )
      ),
    );
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
