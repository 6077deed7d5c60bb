// Plain English, as far as a program can check it: terms and phrases that the field does not use, and British spellings.
import { assert, assertEquals } from "@std/assert";
import { generatedFolders } from "../../tasks/launch/config.ts";
import { ROOT } from "../../tasks/launch/files.ts";

/** A phrase to avoid, and what to write instead. */
interface Rule {
  readonly avoid: RegExp;
  readonly write: string;
}

const RULES: readonly Rule[] = [
  { avoid: /\banew\b/i, write: "again, from scratch" },
  { avoid: /\bmend(s|ed|ing)?\b/i, write: "fix" },
  { avoid: /\bbesides?\b/i, write: "next to, compared with, in addition to" },
  { avoid: /\bcommonest\b/i, write: "most frequent" },
  { avoid: /\bin vain\b/i, write: "unused, unexpected" },
  { avoid: /\brightly\b/i, write: "correctly" },
  { avoid: /\bso many\b/i, write: "N" },
  { avoid: /\b(go|goes|going|went|gone) on\b/i, write: "continue, resume" },
  {
    avoid: /(?<!\bthere )\b(is|are|was|were) no (?!longer\b|more\b|less\b|later\b)[a-z]/i,
    write: "is not a valid …",
  },
  {
    avoid:
      /\b(tokens|steps|examples|sequences|passages|lines|bytes|[KMGT]i?B) an? (second|minute|hour|step|day)\b/i,
    write: "… per second, tokens/s",
  },
  { avoid: /twin/i, write: "reference" },
  { avoid: /\bfast[ _-]?paths?\b/i, write: "SIMD kernel" },
  { avoid: /\bmasked (loss|words?|language loss)\b/i, write: "masked-LM loss, masked tokens" },
  { avoid: /(?<!sentence-)\bpair loss\b/i, write: "sentence-order loss, NSP loss" },
  { avoid: /\bsoftmax mean\b/i, write: "attention pooling" },
  { avoid: /\bset aside\b/i, write: "held out" },
  { avoid: /\bjudg(e|es|ed|ing|ement)\b/i, write: "evaluate, score, check" },
  { avoid: /\bleftovers?\b/i, write: "temporary files" },
  { avoid: /\bledgers?\b/i, write: "log" },
  { avoid: /\b(tell|tells|told)\b/i, write: "log, report, show, distinguish" },
  { avoid: /\bwhat is how fast\b/i, write: "performance" },
  { avoid: /\bin peace\b/i, write: "without an error" },
  { avoid: /\b(says?|saying)\b(?![|)])/i, write: "log, report, state, specify" },
  {
    avoid: /\b(is|are|be|been|was|were) refused\b|\brefus(es|ing) (to|a|an|the)\b/i,
    write: "is rejected",
  },
  { avoid: /\bmatrix products?\b|\bhalf-precision products?\b/i, write: "matmul" },
  { avoid: /\bargument of (an|the) activation\b/i, write: "pre-activation" },
  { avoid: /\b(go|goes|going) through (its|the) data\b/i, write: "throughput" },
  { avoid: /\bfinetuned (on|with)\b/i, write: "fine-tuned" },
  { avoid: /\b(by itself|of (its|their) own)\b/i, write: "automatically, alone, separate" },
  { avoid: /\bWhat (is|was|are|were) [a-z]+( [a-z]+){0,6} (is|are|was|were)\b/, write: "a noun" },
  {
    avoid: /\bhalves\b(?! (the|of|at|it|each|by|when|after|on|if|its|a)\b)/i,
    write: "half precision, f16",
  },
  {
    avoid:
      /(normal|initial|optim|serial|summar|recogn|organ|synchron|quant|token|vector|parallel|factor|regular|minim|maxim|general|special|categor|random|memor|util|real|final|custom|standard|visual|local|equal|penal|author|character)is(e[drs]?|ing|ation|ations|able|ers)\b/i,
    write: "-ize",
  },
  {
    avoid:
      /\b(analys(e[ds]?|ing)|colours?|behaviours?|neighbour\w*|favour\w*|honour\w*|centre[ds]?|grey|labell(ed|ing)|modelling|cancell(ed|ing)|travell\w*|catalogue|defence|licence|artefacts?|whilst|amongst|programme|spelt|learnt|metres?|litres?)\b/i,
    write: "the American spelling",
  },
];

/** Text of others, data, and this file; generated modules are listed in deno.json. */
const EXCEPTIONS: readonly { readonly path: RegExp; readonly why: string }[] = [
  { path: /^tests\/setup\/english_test\.ts$/, why: "lists what to avoid" },
  { path: /^tests\/fixtures\//, why: "data" },
  { path: /^docs\/results\//, why: "generated, with results that are not measured again" },
];

const FOLDERS = ["kernels", "src", "tasks", "tests", "bench", "examples", "docs", ".github"];
const FILES = ["README.md", "CHANGELOG.md", "deno.json", "mod.ts"];

async function* textFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* textFiles(path);
    else if (/\.(tsx?|js|md|html|css|py|json|yml)$/.test(name)) yield path;
  }
}

/** The phrases of a text that the rules reject, as `line: phrase (write …)`. */
function findings(text: string): string[] {
  return text.split("\n").flatMap((line, i) =>
    RULES.flatMap(({ avoid, write }) => {
      const found = avoid.exec(line);
      return found === null ? [] : [`${i + 1}: "${found[0]}" (write: ${write})`];
    })
  );
}

Deno.test("text follows the rules of plain English", async () => {
  const paths = [...FILES];
  for (const folder of FOLDERS) for await (const path of textFiles(folder)) paths.push(path);
  const found: string[] = [];
  const generated = await generatedFolders();
  for (const path of paths.sort()) {
    if (generated.some((folder) => path.startsWith(`${folder}/`))) continue;
    if (EXCEPTIONS.some((exception) => exception.path.test(path))) continue;
    const text = await Deno.readTextFile(`${ROOT}/${path}`);
    found.push(...findings(text).map((finding) => `${path}:${finding}`));
  }
  assert(found.length === 0, `${found.length} findings:\n${found.join("\n")}`);
});

Deno.test("the rules find the phrases to avoid, and accept the field's terms", () => {
  const avoid = [
    "every weight starts anew",
    "1.5 is no number of elements",
    "2,000 tokens a second",
    "the twin of a kernel",
    "Options beside these are optional",
    "the most common behaviour",
    "a normalised row",
    "the run goes on",
    "a log that says why",
    "Other values are refused.",
    "a large matrix product",
    "each in a process of its own",
    "What is not said is the default.",
  ];
  for (const text of avoid) assert(findings(text).length > 0, text);
  const accept = [
    "there is no adapter, and it is no longer needed",
    "2,000 tokens per second; 3 steps per minute",
    "it halves the loss scale; the color of a normalized row",
    "promise, exercise, precise, otherwise, realistic and raised values",
    "held-out documents are between the columns",
  ];
  for (const text of accept) assertEquals(findings(text), [], text);
});
