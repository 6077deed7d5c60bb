/**
 * The toy text: where each animal sleeps, what it eats and which sound it makes. A small model can learn all of it in seconds.
 *
 * @module
 */

interface Animal {
  readonly name: string;
  readonly home: string;
  readonly food: string;
  readonly sound: string;
}

const ANIMALS: readonly Animal[] = [
  { name: "cow", home: "barn", food: "grass", sound: "moos" },
  { name: "dog", home: "yard", food: "bones", sound: "barks" },
  { name: "hen", home: "coop", food: "worms", sound: "clucks" },
  { name: "pig", home: "sty", food: "apples", sound: "grunts" },
  { name: "duck", home: "pond", food: "weeds", sound: "quacks" },
  { name: "horse", home: "stable", food: "oats", sound: "neighs" },
  { name: "owl", home: "tree", food: "mice", sound: "hoots" },
  { name: "fox", home: "den", food: "grapes", sound: "yelps" },
];

type Sentence = (animal: Animal) => string;

/**
 * The sentences of each time of day. Words occur inside a sentence and at the end of one, because the seeds of a vocabulary are strings that occur in different
 * words: `barn.` is another word than `barn`.
 */
const PARTS: readonly (readonly Sentence[])[] = [
  [
    ({ name, sound }) => `In the morning the ${name} ${sound}.`,
    ({ name, sound }) => `The ${name} ${sound} in the morning.`,
    ({ name, sound }) => `The ${name} wakes and ${sound}.`,
    ({ name, sound }) => `In the morning the ${name} wakes and ${sound}.`,
  ],
  [
    ({ name, food }) => `All day the ${name} eats ${food}.`,
    ({ name, food }) => `The ${name} eats ${food} all day.`,
    ({ name, food }) => `The ${name} eats ${food}.`,
    ({ name, food }) => `Then ${food} is all the ${name} eats.`,
  ],
  [
    ({ name, home }) => `At night the ${name} sleeps in the ${home}.`,
    ({ name, home }) => `The ${name} sleeps in the ${home} at night.`,
    ({ name, home }) => `The ${name} sleeps in the ${home}.`,
    ({ name, home }) => `In the ${home} sleeps the ${name}.`,
  ],
];

/** Returns the text: each paragraph is about the morning, the day and the night of an animal, in this order. Blank lines separate the paragraphs. */
export function farmText(): string {
  const paragraphs: string[] = [];
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < 4; b++) {
      for (const [i, animal] of ANIMALS.entries()) {
        const turns = [a, b, (a + b + i) % 4];
        paragraphs.push(PARTS.map((part, at) => part[turns[at]](animal)).join("\n"));
      }
    }
  }
  return paragraphs.join("\n\n") + "\n";
}
