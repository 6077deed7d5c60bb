/**
 * The toy text: which sound each animal makes, what it eats and where it sleeps. A small model can learn all of it in seconds.
 *
 * @module
 */

/** Name, sound, food and home. */
type Animal = readonly [name: string, sound: string, food: string, home: string];

const ANIMALS: readonly Animal[] = [
  ["cow", "moos", "grass", "barn"],
  ["dog", "barks", "bones", "yard"],
  ["hen", "clucks", "worms", "coop"],
  ["pig", "grunts", "apples", "sty"],
  ["duck", "quacks", "weeds", "pond"],
  ["horse", "neighs", "oats", "stable"],
];

/** Sentences of a paragraph, in this order: about the morning, the day and the night. Where an animal sleeps is expressed in two ways; more of them would take longer to learn. */
const SENTENCES: readonly ((animal: Animal) => string)[] = [
  ([name, sound]) => `In the morning the ${name} ${sound}.`,
  ([name, , food]) => `The ${name} eats ${food} all day.`,
  ([name, , , home]) => `The ${name} sleeps in the ${home}.`,
  ([name, , , home]) => `At night the ${name} sleeps in the ${home}.`,
];

/** Which of the sentences a paragraph has. */
const PARTS = [[1, 2], [0, 1], [0, 3], [1, 3]];

/** Words of the sentences. The seeds of a vocabulary are strings that occur in different words, and `cow,` is another word than `cow`. */
const WORDS = ["in", "the", "morning", "all", "day", "eats", "at", "night", "sleeps"];

/** Returns the text. Blank lines separate the paragraphs. */
export function farmText(): string {
  const paragraphs = PARTS.flatMap((parts) =>
    ANIMALS.map((animal) => parts.map((part) => SENTENCES[part](animal)).join("\n"))
  );
  const lists = [...ANIMALS, WORDS].map((words) => `${words.join(", ")},`);
  return [...paragraphs, lists.join("\n")].join("\n\n") + "\n";
}
