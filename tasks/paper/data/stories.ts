/**
 * The text of the lessons and of the preset `stories`: short stories of one day each, whose sentences have an order (morning before evening, cause before
 * effect), and whose characters have fixed facts (what Mia eats, where she lives), so that small models learn both in minutes.
 *
 * @module
 */
import { RandomStream } from "../../../src/tensor/random/mod.ts";
import {
  readSentencePieceModel,
  type SentencePieceModel,
  writeSentencePieceModel,
} from "../../../src/text/mod.ts";
import { VocabularyTrainer } from "../../../src/text/training/mod.ts";

/** Random stream id, distinct from every other use of the seed. */
const STREAM = 0x73746f72; // stor
/** As above, for questions. */
const QUESTION_STREAM = 0x71756573; // ques

/** Probability that a story includes an optional part. */
const PART = 0.7;

/** The facts of a character. */
interface Character {
  readonly name: string;
  readonly land: Land;
  readonly kind: string;
  readonly home: string;
  readonly food: string;
  readonly work: string;
  readonly friend: string;
  /** Words for the character: subject, object, possessive. */
  readonly pronouns: readonly [string, string, string];
}

const SHE = ["she", "her", "her"] as const, HE = ["he", "him", "his"] as const;

const NAMES = (
  "Mia Tom Ada Ben Cleo Dan Eva Finn Greta Hugo Ida Jack Kate Leo Maya Nils Olga Paul " +
  "Rosa Sam Tara Udo Vera Will Anna Bert Cora Dirk Ella Fred Gina Hans Iris Jonas Kira Luis"
).split(" ");

/** Where characters live: each land has its own words, so that a sentence shows which story it is from. */
interface Land {
  readonly kinds: readonly string[];
  readonly homes: readonly string[];
  readonly foods: readonly string[];
  readonly works: readonly string[];
  readonly places: readonly string[];
}

function land(...lists: [string, string, string, string, string]): Land {
  const [kinds, homes, foods, works, places] = lists.map((list) => list.split(" "));
  return { kinds, homes, foods, works, places };
}

const LANDS: readonly Land[] = [
  land(
    "gull seal crab otter",
    "boat hut lighthouse",
    "fish shrimps mussels",
    "sailor fisher diver",
    "harbor beach pier",
  ),
  land(
    "hen cow pig goose",
    "barn coop sty",
    "corn eggs milk",
    "farmer shepherd dairyman",
    "field pasture orchard",
  ),
  land(
    "fox owl bear squirrel",
    "den nest hollow",
    "nuts berries mushrooms",
    "hunter woodcutter ranger",
    "forest clearing creek",
  ),
  land(
    "cat dog mouse pigeon",
    "flat cellar attic",
    "bread cheese cake",
    "baker tailor teacher",
    "market station square",
  ),
  land(
    "goat eagle marmot yak",
    "cave cabin tower",
    "honey soup roots",
    "guide miner climber",
    "peak glacier ridge",
  ),
  land(
    "camel lizard snake hawk",
    "tent burrow palace",
    "dates figs rice",
    "trader potter rider",
    "oasis dune well",
  ),
];

/** A misfortune: cause, effect, help and its effect, in this order. `@` is the character, `&` the friend; see {@linkcode fill}. */
const TROUBLES: readonly (readonly (readonly string[])[])[] = [
  [
    ["dark clouds came over the PLACE .", "at the PLACE it began to rain hard ."],
    ["soon the KIND was wet and cold .", "the rain ran down into the shoes of @ ."],
    ["& lent OBJ a warm coat .", "& opened a large umbrella for OBJ ."],
    ["then @ was dry and warm again .", "now the rain could not hurt OBJ ."],
  ],
  [
    ["@ took the wrong path behind the PLACE .", "a thick fog hid the road to the PLACE ."],
    ["the KIND could not find the way back to the HOME .", "so @ was lost and afraid ."],
    ["& heard OBJ call and came with a lamp .", "& drew a map for OBJ ."],
    ["with that help @ found the road .", "after that @ knew the way ."],
  ],
  [
    ["a wheel came off the cart of @ .", "the cart of @ hit a big stone ."],
    ["the cart could not move any more .", "all the boxes of FOOD fell on the ground ."],
    ["& brought a hammer and some nails .", "& lifted the cart with a long pole ."],
    ["then the wheel turned again on the road to the PLACE .", "the cart was as good as new ."],
  ],
  [
    ["@ dropped the key into the water .", "a bird stole the key of @ ."],
    ["without the key the HOME stayed shut .", "the KIND could not open the box ."],
    ["& came with a net and a hook .", "& made a new key of iron ."],
    ["at last the lock clicked and opened .", "the new key fit the lock ."],
  ],
  [
    ["@ stepped on a sharp thorn .", "@ fell from a high wall ."],
    ["the foot of the KIND began to hurt .", "the KIND could not walk a step ."],
    ["& washed the foot and put a cloth on it .", "& carried OBJ to a soft bench ."],
    ["after a rest the foot was well .", "then the KIND felt no more pain ."],
  ],
  [
    ["a strong wind blew the hat of @ away .", "the wind took the kite of @ ."],
    ["it hung high up in a tall tree .", "the KIND jumped but could not reach it ."],
    ["& climbed up with a ladder .", "& shook the branch with a stick ."],
    ["then it fell down into the arms of @ .", "so @ had it back in POSS hands ."],
  ],
];

/** The parts of a day in order: alternatives, and whether the part is always present. */
const MORNING: readonly (readonly string[])[] = [
  [
    "at dawn @ woke up in the HOME .",
    "early in the morning the KIND got up .",
    "the sun rose and @ opened POSS eyes .",
  ],
  ["the KIND washed POSS face with cold water .", "the KIND put on a clean shirt ."],
  ["for breakfast SUBJ ate FOOD .", "the KIND was hungry and ate some FOOD ."],
  ["then @ left the HOME to work as a WORK .", "then the KIND locked the HOME and went out ."],
  ["SUBJ walked along the road to the PLACE .", "the way to the PLACE was long ."],
  ["at noon SUBJ came to the PLACE .", "when the bell rang the KIND was at the PLACE ."],
];
const EVENING: readonly (readonly string[])[] = [
  ["@ thanked & and gave OBJ2 FOOD .", "@ said thank you to & ."],
  ["late in the day @ went back to the HOME .", "when the sun was low the KIND walked home ."],
  ["for supper SUBJ cooked FOOD .", "in the evening SUBJ put FOOD on the table ."],
  ["the KIND had a long talk about & .", "the KIND wrote it all in a small book ."],
  [
    "at night @ fell asleep in the HOME .",
    "then the KIND went to bed and slept .",
    "the moon shone and @ dreamed of & .",
  ],
];
const OPENINGS: readonly string[] = [
  "@ was a KIND and worked as a WORK .",
  "there once was a KIND whose name was @ .",
  "in a HOME lived a KIND named @ .",
];

/**
 * Writes stories, one document each. Equal seeds give equal text; the characters are the same for all seeds.
 *
 * @param count number of stories
 */
export function stories(count: number, seed: number): string[] {
  const village = characters();
  return Array.from({ length: count }, (_, i) => story(village, new RandomStream(seed, STREAM, i)));
}

function characters(): Character[] {
  const random = new RandomStream(0, STREAM, 0);
  return NAMES.map((name, i) => {
    const land = LANDS[i % LANDS.length];
    // Friends live in the same land.
    const distance = LANDS.length * (1 + random.integer(NAMES.length / LANDS.length - 1));
    return {
      name,
      land,
      kind: pick(land.kinds, random),
      home: pick(land.homes, random),
      food: pick(land.foods, random),
      work: pick(land.works, random),
      friend: NAMES[(i + distance) % NAMES.length],
      pronouns: random.uniform() < 0.5 ? SHE : HE,
    };
  });
}

function story(village: readonly Character[], random: RandomStream): string {
  const own = pick(village, random);
  const friend = village.find(({ name }) => name === own.friend)!;
  const place = pick(own.land.places, random);
  const parts = [
    OPENINGS,
    ...MORNING.filter(() => random.uniform() < PART),
    ...pick(TROUBLES, random),
    ...EVENING.filter(() => random.uniform() < PART),
  ];
  return parts.map((sentences) => fill(pick(sentences, random), own, friend, place)).join("\n");
}

/** Replaces the capital words of a sentence. */
function fill(sentence: string, own: Character, friend: Character, place: string): string {
  const words: Record<string, string> = {
    "@": own.name,
    "&": friend.name,
    KIND: own.kind,
    HOME: own.home,
    FOOD: own.food,
    WORK: own.work,
    PLACE: place,
    SUBJ: own.pronouns[0],
    OBJ: own.pronouns[1],
    POSS: own.pronouns[2],
    OBJ2: friend.pronouns[1],
  };
  const text = sentence.split(" ").map((word) => words[word] ?? word).join(" ");
  return `${text[0].toUpperCase()}${text.slice(1)}`.replace(" .", ".");
}

/** Fewest sentences of a story with a question. */
const QUESTION_SENTENCES = 6;

/**
 * Writes questions about the order of stories, in the format of RACE's files: the passage is two sentences of a story, and the options are four other
 * sentences of it, one of which comes next (as in the story cloze test of Mostafazadeh et al. 2016). Equal seeds give equal questions.
 *
 * @param count number of stories, each of which has at most one question
 * @param longest maximum number of words and full stops of the passage and an option
 */
export function storyQuestions(count: number, seed: number, longest: number): object[] {
  return stories(count, seed).flatMap((story, i) => {
    const random = new RandomStream(seed, QUESTION_STREAM, i);
    const sentences = story.split("\n");
    if (sentences.length < QUESTION_SENTENCES) return [];
    const first = random.integer(sentences.length - 2);
    const passage = sentences.slice(first, first + 2);
    const next = sentences[first + 2];
    const others = random.shuffle(sentences.toSpliced(first, 3)).slice(0, 3);
    const options = random.shuffle([next, ...others]);
    const length = (texts: readonly string[]) =>
      texts.reduce((sum, text) => sum + text.match(/\p{L}+|\./gu)!.length, 0);
    if (options.some((option) => length([...passage, option]) > longest)) return [];
    return [{
      id: `story${i}.txt`,
      article: passage.join(" "),
      questions: ["_"],
      options: [options],
      answers: ["ABCD"[options.indexOf(next)]],
    }];
  });
}

function pick<T>(values: readonly T[], random: RandomStream): T {
  return values[random.integer(values.length)];
}

/** Trains a SentencePiece vocabulary of at most `vocabSize` pieces; it has fewer if the text does not support them. */
export function trainedVocabulary(
  documents: readonly string[],
  vocabSize: number,
): SentencePieceModel {
  const trainer = new VocabularyTrainer({ vocabSize, hardVocabLimit: false });
  for (const document of documents) trainer.add(document);
  return trainer.train();
}

/** Pieces of single characters and frequent parts; the words of the stories are added. */
const SPELLING_PIECES = 100;
/** Log probability of pieces that are used only in words outside the stories. */
const RARE = -20;

/** A vocabulary with one piece per word of the stories, so that a sequence has more sentences; the pieces of a small vocabulary spell all other words. */
export function storyVocabulary(documents: readonly string[]): SentencePieceModel {
  const model = readSentencePieceModel(
    writeSentencePieceModel(trainedVocabulary(documents, SPELLING_PIECES)),
  );
  const counts = new Map<string, number>();
  for (const document of documents) {
    for (const word of document.toLowerCase().match(/\p{L}+/gu)!) {
      counts.set(`▁${word}`, (counts.get(`▁${word}`) ?? 0) + 1);
    }
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const special = model.pieces.filter(({ score }) => score === 0);
  const normal = model.pieces.filter(({ score }) => score !== 0);
  const words = [...counts].sort((a, b) => b[1] - a[1]).map(([piece, count]) => ({
    ...normal[0],
    piece,
    score: Math.log(count / all),
  }));
  const spelling = normal.filter(({ piece }) => !counts.has(piece))
    .map((piece) => ({ ...piece, score: RARE }));
  return { ...model, pieces: [...special, ...words, ...spelling] };
}
