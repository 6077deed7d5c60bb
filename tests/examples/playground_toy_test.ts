// The toy text of the playground: the default settings teach a model its facts.
import { assert, assertEquals } from "@std/assert";
import { openDevice } from "../../mod.ts";
import { prepareRun, shapeOf, trainVocabulary } from "../../examples/browser/worker/prepare.ts";
import { DEFAULT_SETTINGS } from "../../examples/browser/settings.ts";
import { paragraphExamples } from "../../examples/browser/worker/paragraph.ts";
import { farmText } from "../../examples/browser/texts/farm.ts";
import { fillMask } from "../../src/model/mod.ts";
import { pretrainingBatches, samplePredictions } from "../../src/pretraining/mod.ts";

Deno.test("the default settings of the playground teach where the cow sleeps, with over 80%", async () => {
  const text = farmText();
  // One thread, since tests of other files use the other cores.
  const device = await openDevice({ device: "cpu", workers: 1 });
  const vocabulary = trainVocabulary(text, DEFAULT_SETTINGS.vocabulary);
  const prepared = await prepareRun(device, DEFAULT_SETTINGS, text, vocabulary);
  const { trainer, tokenizer, examples, recipe: { settings } } = prepared;
  const shape = shapeOf(prepared);
  assertEquals(settings.schedule.totalSteps, DEFAULT_SETTINGS.steps);
  while (trainer.step < DEFAULT_SETTINGS.steps) {
    trainer.trainStep(pretrainingBatches(examples, trainer.step, settings, shape));
    await trainer.readLog();
  }
  const best = async (sentence: string) => {
    const [[{ piece, probability }]] = await fillMask(
      device,
      trainer.model,
      tokenizer,
      sentence,
      1,
    );
    return { word: piece.replace("▁", ""), probability };
  };
  const sleeps = [
    "At night the cow sleeps in the [MASK]",
    "At night the cow sleeps in the [MASK].",
    "the cow sleeps in the [MASK]",
    "The cow sleeps in the [MASK].",
  ];
  for (const sentence of sleeps) {
    const { word, probability } = await best(sentence);
    assertEquals(word, "barn");
    assert(probability > 0.8, `${sentence}: ${word} has ${probability}`);
  }
  // Other facts are learned too: the sentences that the page suggests, and others.
  const facts = {
    "In the morning the dog [MASK].": "barks",
    "The hen eats [MASK] all day.": "worms",
    "The pig sleeps in the [MASK].": "sty",
    "The horse eats [MASK] all day.": "oats",
    "In the morning the [MASK] quacks.": "duck",
  };
  for (const [sentence, word] of Object.entries(facts)) {
    assertEquals((await best(sentence)).word, word, sentence);
  }
  const rows = paragraphExamples(prepared);
  const whole = { ...shape, maxPredictions: shape.sequenceLength };
  const shown = await samplePredictions(device, trainer.model, rows, whole, tokenizer);
  const words = shown.flatMap(({ masks }) => masks);
  const right = words.filter(({ truth, guesses: [{ piece }] }) => piece === truth);
  assert(
    words.length >= 10 && right.length > 0.8 * words.length,
    `${right.length}/${words.length}`,
  );
  trainer.free();
  await device.destroy();
});
