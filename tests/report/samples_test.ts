import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { samplesSection } from "../../src/report/samples_section.ts";
import { tensorsSection } from "../../src/report/tensors_section.ts";
import type { SampleLine, TensorLine } from "../../src/runs/mod.ts";

const line = (step: number, probability: number): SampleLine => ({
  step,
  samples: [{
    pieces: ["▁the", null, null, "▁<cat>", "[MASK]", "▁sat"],
    masks: [
      { truth: "▁big", probability, guesses: [{ piece: "▁big", probability }] },
      { truth: "ger", probability: 0, guesses: [{ piece: ",", probability: 0.07 }] },
    ],
  }],
});

Deno.test("samples show each hidden piece in its text, the guesses, and the probability over the run", () => {
  const { text } = samplesSection([line(10, 0.01), line(20, 0.5)]);
  assert(
    /the <mark[^>]*>big<\/mark><sub>1<\/sub><mark[^>]*>ger<\/mark><sub>2<\/sub> &lt;cat&gt;/.test(
      text,
    ),
    text,
  );
  assertStringIncludes(text, "1 of 2 right");
  assertStringIncludes(text, ">big 50%<");
  assertStringIncludes(text, "from 1.0% to 50.0%");
  const strips = [...text.matchAll(/<svg [^]*?<\/svg>/g)].map(([svg]) =>
    svg.split("<rect").length - 1
  );
  assertEquals(strips, [2, 2], "a strip per hidden piece with a cell per evaluation");
  assert(/\[MASK\]<\/span>\s+sat/.test(text), "a mask of an earlier version");
});

Deno.test("samples of WordPiece have spaces between words", () => {
  const sample: SampleLine = {
    step: 1,
    samples: [{
      pieces: ["the", "cat", null, null, "##ting", "."],
      masks: [
        { truth: "##s", probability: 0, guesses: [{ piece: "##ch", probability: 0.3 }] },
        { truth: "sit", probability: 0, guesses: [{ piece: "dog", probability: 0.2 }] },
      ],
    }],
  };
  const { text } = samplesSection([sample]);
  const plain = text.replaceAll(/<sub>.<\/sub>|<[^>]*>/g, "").replaceAll(/\s+/g, " ");
  assertStringIncludes(plain, " the cats sitting . ");
  assertStringIncludes(plain, "ch 30%");
  assert(!text.includes("##"), text);
});

Deno.test("the section of tensors names gradients that vanish, and explains those of key biases", () => {
  const prefix = "albert.encoder.albert_layer_groups.0.albert_layers.0.attention.";
  const tensors = (query: number): TensorLine["tensors"] =>
    Object.fromEntries([
      ...["a", "b", "c"].map((name) => [name, 1] as const),
      [`${prefix}query.weight`, query] as const,
      [`${prefix}key.bias`, 1e-12] as const,
    ].map(([name, norm]) => [name, { parameter_norm: 1, gradient_norm: norm }]));
  const lines = [1e-5, 1e-4, 0.5].map((query, i) => ({
    step: 100 * (i + 1),
    tensors: tensors(query),
  }));
  const { text } = tensorsSection(lines);
  assertStringIncludes(text, "until step 200");
  assertStringIncludes(text, "attention.query.weight.");
  assertStringIncludes(text, "Gradients of key biases are rounding errors");
  const { text: calm } = tensorsSection([{
    step: 1,
    tensors: { a: { parameter_norm: 1, gradient_norm: 1 } },
  }]);
  assert(!calm.includes("Almost no gradient"));
});
