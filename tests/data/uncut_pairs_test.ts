import { assert, assertEquals, assertThrows } from "@std/assert";
import { ExampleDataset, exampleSettings, uncutPairs } from "../../src/data/mod.ts";
import { generatedCorpus } from "./generated_text.ts";

const corpus = await generatedCorpus(1, 120, 3);

for (const pairObjective of ["sop", "nsp"] as const) {
  Deno.test(`uncut ${pairObjective} pairs have whole sentences, and lengths that do not reveal the label`, () => {
    for (const length of [32, 64, 128]) {
      const dataset = new ExampleDataset(corpus, exampleSettings(length, { pairObjective }), 7);
      const pairs = uncutPairs(dataset, 400)!;
      const count = pairs.examplesInEpoch(0);
      assert(count <= 400 && count % 4 === 0 && count >= 200, `${count} pairs of ${length} tokens`);
      const cells = new Map<string, number>();
      const firsts = [0, 0];
      for (let i = 0; i < count; i++) {
        const { truncated, pairLabel, trace } = pairs.exampleAt(i, true);
        const { first, second } = trace!;
        assertEquals(truncated, false);
        assertEquals([first.cutFront, first.cutBack, second!.cutFront, second!.cutBack], [
          ...[0, 0, 0, 0],
        ]);
        const isNext = second!.firstSentence === first.firstSentence + first.sentences;
        const isPrevious = first.firstSentence === second!.firstSentence + second!.sentences;
        if (pairLabel === 0) assert(isNext);
        else if (pairObjective === "sop") assert(isPrevious);
        else assert(first.document !== second!.document);
        const bins = [first, second!].map(({ tokens }) =>
          Math.floor(Math.log(tokens) / Math.log(1.1))
        );
        const sign = pairLabel === 0 ? 1 : -1;
        cells.set(bins.join(), (cells.get(bins.join()) ?? 0) + sign);
        firsts[pairLabel as 0 | 1]++;
      }
      assertEquals(firsts, [count / 2, count / 2]);
      assert([...cells.values()].every((difference) => difference === 0));
    }
  });
}

Deno.test("uncut pairs are the same in every process, and need a pair objective", () => {
  const dataset = () => new ExampleDataset(corpus, exampleSettings(64), 7);
  const [one, two] = [uncutPairs(dataset(), 40)!, uncutPairs(dataset(), 40)!];
  for (let i = 0; i < 40; i++) assertEquals(one.exampleAt(i), two.exampleAt(i));
  const single = exampleSettings(64, { pairObjective: "none" });
  assertEquals(uncutPairs(new ExampleDataset(corpus, single, 7), 40), null);
});

Deno.test("balanced packing uses every sentence of official packing, and needs sentence order", () => {
  const kept = (balancedPairs: boolean) => {
    const settings = exampleSettings(64, { shortSeqProb: 0, balancedPairs });
    const packing = new ExampleDataset(corpus, settings, 7).packingOf(0);
    const sentences = packing.firstSentence.reduce(
      (sum, _, i) => sum + packing.sentenceCount[i],
      0,
    );
    return sentences + packing.counts.oneSentenceChunksDropped;
  };
  assertEquals(kept(true), kept(false));
  assertThrows(
    () => exampleSettings(64, { pairObjective: "nsp", balancedPairs: true }),
    RangeError,
    "balancedPairs needs pairObjective sop, got nsp",
  );
});
