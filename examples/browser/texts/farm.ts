/**
 * The toy text: who sleeps where, eats what and makes which sound, in a few hundred short paragraphs. A model can learn all of it in seconds.
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
  ["cow", "barn", "grass", "moos"],
  ["dog", "yard", "bones", "barks"],
  ["hen", "coop", "worms", "clucks"],
  ["pig", "sty", "apples", "grunts"],
  ["duck", "pond", "weeds", "quacks"],
  ["horse", "stable", "oats", "neighs"],
  ["owl", "tree", "mice", "hoots"],
  ["fox", "den", "grapes", "yelps"],
].map(([name, home, food, sound]) => ({ name, home, food, sound }));

/** Sentences about one animal by the time of day. */
const MORNING = [
  ({ name, home }: Animal) => `The ${name} wakes up in the ${home}.`,
  ({ name, sound }: Animal) => `In the morning the ${name} ${sound}.`,
];
const DAY = [
  ({ name, food }: Animal) => `The ${name} eats ${food} all day.`,
  ({ name, food }: Animal) => `Then the ${name} looks for ${food}.`,
];
const NIGHT = [
  ({ name, home }: Animal) => `The ${name} sleeps in the ${home}.`,
  ({ name, home }: Animal) => `At night the ${name} sleeps in the ${home}.`,
];

/** Returns the text. Blank lines separate the paragraphs, about the morning, the day and the night in this order. */
export function farmText(): string {
  const paragraphs: string[] = [];
  for (const [i, animal] of ANIMALS.entries()) {
    for (const [j, other] of ANIMALS.entries()) {
      const pick = <T>(sentences: readonly T[], salt: number) =>
        sentences[(i + (j * (salt + 1))) % sentences.length];
      const lines = [MORNING, DAY, NIGHT].map((part, salt) => {
        const first = pick(part, salt)(animal);
        return i === j ? first : `${first} ${pick(part, salt + 1)(other)}`;
      });
      paragraphs.push(lines.join("\n"));
    }
  }
  return paragraphs.join("\n\n") + "\n";
}
