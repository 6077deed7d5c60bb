import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { squadFile } from "../benchmarks/squad/squad_file.ts";
import { runAlbert } from "./albert_process.ts";

Deno.test("albert score squad prints the official fields, and reports mismatches", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const write = async (name: string, text: string) => {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      return `${folder}/${name}`;
    };
    const gold = await write(
      "gold.json",
      squadFile("Paris is old", [
        { id: "a", answers: [{ text: "Paris", answer_start: 0 }] },
        { id: "b", answers: [] },
        { id: "c", answers: [{ text: "old", answer_start: 9 }] },
      ]),
    );
    const predictions = await write("p.json", '{"a": "the Paris!", "b": "old", "z": ""}');
    const noAnswer = await write("n.json", '{"b": 0.9, "a": 0.1, "z": 5}');
    const scored = await runAlbert(["score", "squad", gold, predictions, "--na-prob", noAnswer]);
    assertEquals(scored.code, 0, scored.stderr);
    assertEquals(JSON.parse(scored.stdout), {
      exact: 50,
      f1: 50,
      total: 2,
      HasAns_exact: 100,
      HasAns_f1: 100,
      HasAns_total: 1,
      NoAns_exact: 0,
      NoAns_f1: 0,
      NoAns_total: 1,
      best_exact: 100,
      best_exact_thresh: 0.1,
      best_f1: 100,
      best_f1_thresh: 0.1,
    });
    assertStringIncludes(
      scored.stderr,
      "has no answer for 1 of 3 questions, first c: they are skipped",
    );
    assertStringIncludes(scored.stderr, "has 1 ids that");
    const strict = await runAlbert(["score", "squad", gold, predictions, "--strict"]);
    assertEquals([strict.code, strict.stdout], [1, ""]);
    const swapped = await runAlbert(["score", "squad", predictions, gold]);
    assertEquals(swapped.code, 1);
    assert(/^albert: .*p\.json: not in SQuAD's format: data is missing\n$/.test(swapped.stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
