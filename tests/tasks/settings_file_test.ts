import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../tasks/cli/errors.ts";
import { FINETUNE_SQUAD_OPTIONS } from "../../tasks/cli/finetune_options.ts";
import { readSettingsFile, runFlags } from "../../tasks/cli/run_flags.ts";
import { PRETRAIN_OPTIONS } from "../../tasks/cli/train_options.ts";

async function withFile(
  name: string,
  text: string,
  use: (file: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    await use(`${folder}/${name}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const YAML = `# The paper's head, a short run
task: "2.0"
learning_rate: 3e-5
max-seq-length: 384
shuffle: false
device: cpu
seed: 7
`;
const JSON_TEXT = JSON.stringify({
  task: "2.0",
  learningRate: 3e-5,
  "max-seq-length": 384,
  shuffle: false,
  device: "cpu",
  seed: 7,
});

for (const [name, text] of [["s.yaml", YAML], ["s.YML", YAML], ["s.json", JSON_TEXT]]) {
  Deno.test(`settings come from ${name}; flags on the command line override them`, () =>
    withFile(name, text, async (settings) => {
      const given = { output: "run", settings, maxSeqLength: 128 };
      assertEquals(await runFlags(FINETUNE_SQUAD_OPTIONS, given), {
        ...given,
        task: "2.0",
        learningRate: 3e-5,
        shuffle: false,
        device: "cpu",
        seed: 7,
        tune: true,
      });
    }));
}

Deno.test("a flag that equals its default still overrides the settings file", () =>
  withFile("s.yaml", YAML, async (settings) => {
    const given = { output: "run", settings, seed: 42, device: "auto" as const };
    const { seed, device } = await runFlags(FINETUNE_SQUAD_OPTIONS, given);
    assertEquals({ seed, device }, { seed: 42, device: "auto" });
  }));

Deno.test("a settings file can give every setting that a run remembers, of every kind", () =>
  withFile(
    "s.yaml",
    "microBatchSize: auto\nblas: none\ntune: false\nprofile: true\nmax_steps: 3",
    async (file) => {
      assertEquals(await readSettingsFile(FINETUNE_SQUAD_OPTIONS, file), {
        microBatchSize: "auto",
        blas: "none",
        tune: false,
        profile: true,
        maxSteps: 3,
      });
    },
  ));

Deno.test("a settings file may have the names of Hugging Face's scripts, once each", async () => {
  await withFile(
    "s.yaml",
    "model_name_or_path: base\nnum_train_epochs: 2\nlr: 1e-4\ntask: v2.0",
    async (file) => {
      assertEquals(await readSettingsFile(FINETUNE_SQUAD_OPTIONS, file), {
        checkpoint: "base",
        epochs: 2,
        learningRate: 1e-4,
        task: "2.0",
      });
    },
  );
  await withFile("s.yaml", "lr: 1e-4\nlearning_rate: 2e-4", async (file) => {
    await assertRejects(
      () => readSettingsFile(FINETUNE_SQUAD_OPTIONS, file),
      UsageError,
      "gives --learning-rate a second time",
    );
  });
});

Deno.test("a settings file of pretraining can give lists", () =>
  withFile("s.json", '{"data": ["a", "b"], "steps": 9}', async (file) => {
    assertEquals(await readSettingsFile(PRETRAIN_OPTIONS, file), { data: ["a", "b"], steps: 9 });
  }));

const WRONG: [name: string, text: string, sentence: string][] = [
  ["a.yaml", "learning_rat: 1", "learning_rat is not a setting of this command"],
  ["b.yaml", "task: 2.0", 'task must be one of "1.1", "2.0"'],
  ["c.yml", "recipe: papre", 'recipe must be one of "paper", "quick"'],
  ["d.yaml", "epochs: three", "epochs must be a finite number"],
  ["e.yaml", "a: 1\na: 2", "Map keys must be unique"],
  ["f.yaml", "- task", "must contain an object of settings"],
  ["g.yaml", "", "must contain an object of settings"],
  ["h.json", "{", "JSON"],
  ["i.json", '{"__proto__x": 1}', "__proto__x is not a setting of this command"],
  ["j.yaml", "max_steps: 2.5", "max_steps must be an integer"],
  ["k.yaml", "microBatchSize: 0", 'microBatchSize must be a positive integer or "auto"'],
  ["p.yaml", "seed: -1", "seed must be at least 0"],
  ["l.yaml", "recompute: all", 'recompute must be one of "layers", "attention", "none"'],
  ["m.yaml", "strict: 1", "strict must be a boolean"],
  ["n.yaml", "output: elsewhere", "output is not a setting of this command"],
  ["q.json", '{"epochs": 1, "seed": [{"epochs": 1}], "epochs": 2}', "it has the key epochs twice"],
  ["r.json", '{"learningRate": 1e400}', "learningRate must be a finite number (got Infinity)"],
  ["s.yaml", "learningRate: .nan", "learningRate must be a finite number (got NaN)"],
  ["t.yaml", "data: ''", "data must be a string that is not empty"],
  ["u.yaml", "epochs: 1\n---\nepochs: 2", "Source contains multiple documents at line 2"],
  ["o.yaml", "resume: true", "resume is not a setting of this command"],
];

Deno.test("a settings file may give one string instead of a list, as the command line", () =>
  withFile("one.yaml", "data: books\nreport_to: csv\n", async (file) => {
    const settings = await readSettingsFile(PRETRAIN_OPTIONS, file);
    assertEquals(settings, { data: ["books"], reportTo: "csv" });
  }));

Deno.test("an invalid settings file is rejected with one sentence that names it", async () => {
  for (const [name, text, sentence] of WRONG) {
    await withFile(name, text, async (file) => {
      const error = await assertRejects(
        () => readSettingsFile(FINETUNE_SQUAD_OPTIONS, file),
        UsageError,
        sentence,
      );
      assertEquals(error.message.includes(`--settings ${file}`), true, error.message);
      assertEquals(error.message.includes("\n"), false, error.message);
    });
  }
});
