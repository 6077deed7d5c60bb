// Options of fine-tuning that change the model or the schedule.
import { assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { interpolatePositions } from "../../src/model/mod.ts";
import { readModelFolder } from "../../src/train/disk.ts";
import { toFloat32 } from "../../src/weights/mod.ts";
import { toyConfig } from "../train/toy_task.ts";
import { runAlbert } from "./albert_process.ts";
import { withToyBenchmark } from "./toy_benchmark.ts";

const rte = (folder: string, output: string, ...more: string[]) => [
  ...["finetune", "glue", "--task", "rte", "--data", `${folder}/glue`, "--device", "cpu"],
  ...["--checkpoint", `${folder}/model`, "--output", `${folder}/${output}`],
  ...["--batch-size", "4", "--max-seq-length", "16", ...more],
];

async function succeed(words: string[]): Promise<void> {
  const { code, stderr } = await runAlbert(words);
  assertEquals(code, 0, stderr);
}

Deno.test("finetune interpolates positions, freezes parts and follows a cosine", () =>
  withToyBenchmark(async (folder) => {
    const positions = toyConfig.maxPositionEmbeddings;
    const more = ["--max-position-embeddings", `${2 * positions}`, "--max-steps", "3"];
    const ways = ["--freeze", "embeddings", "layers:2", "--lr-scheduler-type", "cosine"];
    const words = rte(
      folder,
      "run",
      "--json",
      "--quiet",
      ...more,
      ...ways,
      "--logging-steps",
      "1",
    );
    await succeed(words);
    const model = await readModelFolder(`${folder}/run/checkpoints/step-3`);
    const { config, weights } = model;
    assertEquals(config.maxPositionEmbeddings, 2 * positions);
    const source = await readModelFolder(`${folder}/model`);
    const expected = interpolatePositions(source, 2 * positions).weights.tensors;
    const changed = [...weights.tensors].filter(([name, tensor]) =>
      expected.get(name) === undefined ||
      `${toFloat32(name, tensor)}` !== `${toFloat32(name, expected.get(name)!)}`
    ).map(([name]) => name.replace(/\.(weight|bias)$/, ""));
    assertEquals(new Set(changed), new Set(["albert.pooler", "classifier"]));
    const kept = JSON.parse(await Deno.readTextFile(`${folder}/run/run.json`));
    assertEquals(kept.determinants.freeze, ["embeddings", "layers:2"]);
    assertEquals(kept.settings.schedule.decay, "cosine");
    const rates = (await Deno.readTextFile(`${folder}/run/events.jsonl`)).trim().split("\n")
      .map((line) => JSON.parse(line).learning_rate).filter((rate) => rate !== undefined);
    const peak = kept.settings.schedule.peakLearningRate;
    const cosine = [0, 1, 2].map((step) => peak * 0.5 * (1 + Math.cos(Math.PI * step / 3)));
    rates.forEach((rate, i) => assertAlmostEquals(rate, cosine[i], 1e-12));
    assertEquals(rates.length, 3);
    const resumed = await runAlbert([...words, "--resume", "--freeze", "embeddings"]);
    assertEquals(resumed.code, 1);
    assertStringIncludes(resumed.stderr, "--freeze");
    const shared = await runAlbert(rte(folder, "b", "--freeze", "layers:1"));
    assertEquals([shared.code, shared.stdout], [2, ""]);
    assertStringIncludes(shared.stderr, "share parameters with later ones");
    const longer = (output: string, length: string) =>
      rte(folder, output, "--max-steps", "1").map((word) => word === "16" ? length : word);
    const short = await runAlbert(longer("c", "1000"));
    assertStringIncludes(short.stderr, "--max-position-embeddings 1000 interpolates more of them");
    const cut = await runAlbert(longer("d", "6"));
    assertEquals(cut.code, 0, cut.stderr);
    assertMatch(
      cut.stderr,
      /training data: \d+ of \d+ texts have more than 6 tokens \(the longest \d+\) and are cut/,
    );
  }));

Deno.test("finetune groups examples by length, and so does a resumed run", () =>
  withToyBenchmark(async (folder) => {
    const words = rte(folder, "run", "--max-steps", "4", "--save-steps", "2", "--quiet");
    await succeed([...words, "--group-by-length"]);
    const settingsOf = async () => {
      const { determinants, settings } = JSON.parse(
        await Deno.readTextFile(`${folder}/run/run.json`),
      );
      return [determinants.groupByLength, settings.groupByLength, settings.schedule.totalSteps];
    };
    assertEquals(await settingsOf(), [true, true, 4]);
    await succeed(rte(folder, "run", "--resume", "--extend-to", "6", "--quiet"));
    assertEquals(await settingsOf(), [true, true, 6]);
    const fixed = await runAlbert(rte(folder, "b", "--group-by-length", "--shuffle", "false"));
    assertEquals(fixed.code, 2);
    assertStringIncludes(fixed.stderr, "--group-by-length must be false if shuffle is false");
  }));
