// Preparing synthetic data and a given data folder.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { stories, storyQuestions } from "../../../../tasks/paper/data/stories.ts";
import { preparePaperData, readManifest } from "../../../../tasks/paper/disk.ts";
import { readRaceFile } from "../../../../src/benchmarks/mod.ts";
import { loadTokenizer } from "../../../../src/text/disk/mod.ts";
import { BENCHMARKS, paperPreset } from "../../../../tasks/paper/mod.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const request = (output: string, changes = {}) => ({
  output,
  preset: paperPreset("smoke"),
  seed: 42,
  standIns: [],
  without: [],
  log: () => {},
  ...changes,
});

Deno.test("smoke generates all data in layouts that the readers accept, deterministically by seed", () =>
  inFolder(async (folder) => {
    const { root, manifest } = await preparePaperData(request(`${folder}/one`));
    assertEquals(Object.keys(manifest.benchmarks).sort(), [...BENCHMARKS].sort());
    assertEquals(manifest.missing, {});
    assert(manifest.benchmarks.race!.test > 0);
    assert(manifest.extended !== undefined && manifest.extended !== manifest.plain);
    assertStringIncludes(manifest.remarks[0], "synthetic data, seed 42");
    assertStringIncludes(
      await Deno.readTextFile(`${root}/text/wikipedia/AA_wiki_00`),
      "<doc id=",
    );
    const again = await preparePaperData(request(`${folder}/two`));
    assertEquals(again.manifest, manifest);
    assertEquals(await readManifest(`${folder}/two`), manifest);
    const other = await preparePaperData(request(`${folder}/three`, { seed: 7 }));
    assert(other.manifest.plain !== manifest.plain);
    assert(other.manifest.benchmarks.rte!.fingerprint !== manifest.benchmarks.rte!.fingerprint);
  }));

Deno.test("missing parts are reported, stand-ins are declared by flag or file, and a folder keeps its data", () =>
  inFolder(async (folder) => {
    const made = await preparePaperData(request(`${folder}/made`));
    const data = made.root;
    await Deno.remove(`${data}/glue/RTE`, { recursive: true });
    await Deno.remove(`${data}/text/web`, { recursive: true });
    await Deno.writeTextFile(`${data}/STAND-INS`, "# stand-ins\nmnli  other sentences\n");
    const changes = { data, standIns: ["race/high"], without: ["squad-2.0"] };
    const { manifest } = await preparePaperData(request(`${folder}/own`, changes));
    assertEquals(manifest.benchmarks.rte, undefined);
    assertStringIncludes(manifest.missing.rte, "RTE/train.tsv");
    assertStringIncludes(manifest.missing["text/extra"], "books and wikipedia");
    assertEquals(manifest.missing["squad-2.0"], "squad-2.0 is excluded by --without");
    assertEquals(manifest.benchmarks.race!.standIns, ["race/high"]);
    assertEquals(manifest.benchmarks.mnli!.standIns, ["mnli"]);
    assertEquals(manifest.benchmarks["sst-2"]!.standIns, []);
    assertEquals(manifest.extended, undefined);
    const { article } = JSON.parse(await Deno.readTextFile(`${data}/race/dev/high/1.txt`));
    const dev = await Deno.readTextFile(`${folder}/own/data/dev.jsonl`);
    assert(!dev.includes(article), "the development text contains a stand-in");
    const middle = JSON.parse(await Deno.readTextFile(`${data}/race/dev/middle/1.txt`));
    assert(dev.includes(middle.article));
    await assertRejects(
      () => preparePaperData(request(`${folder}/own`)),
      Error,
      "a run with other data",
    );
  }));

Deno.test("the development text contains no stand-ins and no excluded parts, whether of SQuAD, of RACE or of a level", () =>
  inFolder(async (folder) => {
    const { root: data } = await preparePaperData(request(`${folder}/made`));
    const race = async (level: string): Promise<string> =>
      JSON.parse(await Deno.readTextFile(`${data}/race/dev/${level}/2.txt`)).article;
    const squad = async (version: string): Promise<string> =>
      JSON.parse(await Deno.readTextFile(`${data}/squad/v${version}/dev-v${version}.json`))
        .data[1].paragraphs[0].context;
    const passages = {
      ...{ "race/middle": await race("middle"), "race/high": await race("high") },
      ...{ "squad-1.1": await squad("1.1"), "squad-2.0": await squad("2.0") },
    };
    const contained = async (name: string, changes: object) => {
      await preparePaperData(request(`${folder}/${name}`, { data, ...changes }));
      const dev = await Deno.readTextFile(`${folder}/${name}/data/dev.jsonl`);
      const texts = dev.trim().split("\n").map((line) => JSON.parse(line).text);
      return Object.entries(passages)
        .filter(([, passage]) => texts.some((text) => text.includes(passage)))
        .map(([part]) => part);
    };
    assertEquals(await contained("all", {}), Object.keys(passages));
    assertEquals(await contained("race", { standIns: ["race"] }), ["squad-1.1", "squad-2.0"]);
    assertEquals(
      await contained("mixed", { standIns: ["squad-1.1"], without: ["race"] }),
      ["squad-2.0"],
    );
    assertEquals(
      await contained("level", { standIns: ["race/middle"], without: ["squad-2.0"] }),
      ["race/high", "squad-1.1"],
    );
    await assertRejects(
      () => contained("none", { standIns: ["race", "squad-1.1"], without: ["squad-2.0"] }),
      Error,
      "neither a stand-in nor excluded",
    );
  }));

Deno.test("larger presets require --data", () =>
  inFolder(async (folder) => {
    await assertRejects(
      () => preparePaperData(request(folder, { preset: paperPreset("nano") })),
      Error,
      "--data is required",
    );
  }));

Deno.test("stories needs no data, has the same text for all seeds, and a piece for each word", () =>
  inFolder(async (folder) => {
    const full = paperPreset("stories");
    const preset = {
      ...full,
      stories: { ...full.stories!, extra: 20, dev: 10, trainQuestions: 40 },
    };
    const { manifest } = await preparePaperData(request(`${folder}/one`, { preset }));
    assertEquals(manifest.vocabSize, preset.vocabSize);
    assertEquals(Object.keys(manifest.benchmarks), ["race"]);
    assertEquals(manifest.benchmarks.race!.standIns, ["race"]);
    assertEquals(
      Object.keys(manifest.missing).sort(),
      BENCHMARKS.filter((name) => name !== "race").sort(),
    );
    assert(manifest.extended !== undefined && manifest.extended !== manifest.plain);
    const again = await preparePaperData(request(`${folder}/two`, { preset, seed: 7 }));
    assertEquals(again.manifest, manifest);
    const [plain, dev] = await Promise.all(
      ["stories/text/books/stories.jsonl", "dev.jsonl"].map((name) =>
        Deno.readTextFile(`${folder}/one/data/${name}`)
      ),
    );
    const known = new Set(plain.trim().split("\n"));
    assertEquals(known.size, 1500);
    const held = dev.trim().split("\n");
    assertEquals(held.length, 10);
    assert(!held.some((story) => known.has(story)), "a story is in both texts");
    const tokenizer = await loadTokenizer(`${folder}/one/data/vocabulary`);
    const words = JSON.parse(held[0]).text.match(/\p{L}+|\./gu);
    assertEquals(tokenizer.encodeIds(JSON.parse(held[0]).text).length, words.length);
    await assertRejects(
      () => preparePaperData(request(`${folder}/three`, { preset, data: folder })),
      Error,
      "does not use --data",
    );
  }));

Deno.test("a question about a story has the next sentence as its answer, and fits", () => {
  const texts = stories(400, 9);
  const questions = storyQuestions(400, 9, 29);
  assertEquals(questions, storyQuestions(400, 9, 29));
  assert(questions.length > 200, `${questions.length} questions`);
  const answers = new Set<number>();
  for (const file of questions) {
    const [{ id, article, question, options, answer }] = readRaceFile(
      JSON.stringify(file),
      "middle",
      "1.txt",
    );
    const story = texts[Number(id.match(/\d+/)![0])];
    assertStringIncludes(story.replaceAll("\n", " "), `${article} ${options[answer]}`);
    assert(options.every((option) => story.split("\n").includes(option)));
    assertEquals([question, new Set(options).size], ["_", 4]);
    answers.add(answer);
  }
  assertEquals(answers.size, 4);
});
