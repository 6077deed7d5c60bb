import { assertEquals, assertRejects } from "@std/assert";
import { withSettingsFile } from "../../tasks/cli/finetune/settings_file.ts";
import { UsageError } from "../../tasks/cli/run_flags.ts";
import { SQUAD_TASKS } from "../../tasks/cli/finetune/squad.ts";

const FLAGS = { output: "run", device: "auto" as const, seed: 42 };

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

const YAML = `# The paper's head, a short try
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
  Deno.test(`settings come from ${name}, and flags that are given win`, () =>
    withFile(name, text, async (settings) => {
      const flags = { ...FLAGS, settings, maxSeqLength: 128 };
      assertEquals({ ...await withSettingsFile(flags, SQUAD_TASKS) } as unknown, {
        ...flags,
        task: "2.0",
        learningRate: 3e-5,
        shuffle: false,
        device: "cpu",
        seed: 7,
      });
    }));
}

const WRONG: [name: string, text: string, sentence: string][] = [
  ["a.yaml", "learning_rat: 1", "learning_rat is no setting"],
  ["b.yaml", "task: 2.0", 'task must be one of "1.1", "2.0"'],
  ["c.yml", "recipe: papre", 'recipe must be one of "paper", "quick"'],
  ["d.yaml", "epochs: three", "epochs must be a number"],
  ["e.yaml", "a: 1\na: 2", "Map keys must be unique"],
  ["f.yaml", "- task", "holds no object of settings"],
  ["g.yaml", "", "holds no object of settings"],
  ["h.json", "{", "JSON"],
  ["i.json", '{"__proto__x": 1}', "__proto__x is no setting"],
];

Deno.test("a settings file that is wrong is refused in one sentence that names it", async () => {
  for (const [name, text, sentence] of WRONG) {
    await withFile(name, text, async (settings) => {
      const error = await assertRejects(
        () => withSettingsFile({ ...FLAGS, settings }, SQUAD_TASKS),
        UsageError,
        sentence,
      );
      assertEquals(error.message.includes(`--settings ${settings}`), true, error.message);
      assertEquals(error.message.includes("\n"), false, error.message);
    });
  }
});
