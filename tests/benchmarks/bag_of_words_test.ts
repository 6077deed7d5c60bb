import { assert, assertEquals, assertThrows } from "@std/assert";
import { bagOfWordsAccuracy, trainBagOfWords } from "../../src/benchmarks/mod.ts";
import { RandomStream } from "../../src/tensor/random/mod.ts";

/** Random texts of ten words whose class depends on a few of them, with noise. */
function randomRows(count: number, classes: number, pairs: boolean) {
  const random = new RandomStream(7, 1, classes);
  const words = Array.from({ length: 40 }, (_, i) => `w${i}`);
  return Array.from({ length: count }, () => {
    const label = random.integer(classes);
    const text = () =>
      [
        ...(random.uniform() < 0.7 ? [`class${label}`] : []),
        ...Array.from({ length: 10 }, () => words[random.integer(words.length)]),
      ].join(" ");
    return { texts: pairs ? [text(), text()] : [text()], label };
  });
}

Deno.test("a bag of words classifies by the words that occur with a class", () => {
  for (const classes of [2, 3]) {
    for (const pairs of [false, true]) {
      const [train, test] = [randomRows(400, classes, pairs), randomRows(700, classes, pairs)]
        .map((rows, i) => i === 0 ? rows : rows.slice(400));
      const accuracy = bagOfWordsAccuracy(train, test);
      // With probability 0.3 (0.09 in pairs), no word of the class occurs, and a guess is right with probability 1 / classes.
      const possible = pairs ? 0.91 + 0.09 / classes : 0.7 + 0.3 / classes;
      const difference = accuracy - possible;
      assert(difference > -0.12 && difference < 0.05, `${classes} ${pairs}: ${accuracy}`);
    }
  }
});

/** Predictions of scikit-learn 1.9: LogisticRegression(C=1, tol=1e-10) on binary counts of the words of each text. */
const SCIKIT_LEARN = [
  "11111001110110011101111000111001110111100111111100101101110101101000110000010001011001001110010011000011110000011111011111110111110000101111011010110011011011101011001010010000000010111011100110101101",
  "10110211111000222111200121222201001010110211022221112000101011012022000020221102211011011021120220110010001112001221210011212111011111001002100021221221212212100010212121121102110001010202111101001021",
];

Deno.test("a bag of words predicts the same classes as scikit-learn, also from noise", () => {
  for (const classes of [2, 3]) {
    const rows = randomRows(260, classes, true).map((row) => ({
      ...row,
      texts: row.texts.map((text) => text.replaceAll(/class\d ?/g, "")),
    }));
    const classOf = trainBagOfWords(rows.slice(0, 60));
    const predicted = rows.slice(60).map(({ texts }) => classOf(texts)).join("");
    assertEquals(predicted, SCIKIT_LEARN[classes - 2]);
  }
});

Deno.test("a bag of words ignores the order of words, but not which text they are in", () => {
  const classOf = trainBagOfWords([
    { texts: ["Day!", "night"], label: 0 },
    { texts: ["night", "day"], label: 1 },
    { texts: ["neither", "nor"] },
  ]);
  assertEquals(classOf(["! day", "night"]), 0);
  assertEquals(classOf(["NIGHT", "day"]), 1);
});

Deno.test("without a known word, the most frequent class is predicted", () => {
  const rows = [0, 1, 1, 2, 2, 2].map((label) => ({ texts: [`word${label}`], label }));
  assertEquals(trainBagOfWords(rows)(["unknown"]), 2);
});

Deno.test("the order of training rows does not change the predictions", () => {
  const rows = randomRows(300, 3, false), test = randomRows(300, 3, true);
  const [a, b] = [trainBagOfWords(rows), trainBagOfWords(rows.toReversed())];
  assertEquals(test.map(({ texts }) => a(texts)), test.map(({ texts }) => b(texts)));
});

Deno.test("a bag of words rejects rows without labels", () => {
  assertThrows(() => trainBagOfWords([{ texts: ["a"] }]), RangeError, "at least one labeled row");
  assertThrows(() => trainBagOfWords([{ texts: ["a"], label: 0.5 }]), RangeError, "got 0.5");
});
