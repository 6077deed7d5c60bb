// The behavior of Cliffy that the commands rely on. Without JSR, the same tests check the stand-in.
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Command, EnumType, ValidationError } from "@cliffy/command";
import { CompletionsCommand } from "@cliffy/command/completions";
import { HelpCommand } from "@cliffy/command/help";
import { stripVTControlCharacters } from "node:util";
import { prepareConfig } from "../../tasks/launch/config.ts";

type Seen = { options?: unknown; words?: unknown[] };

function program(seen: Seen = {}) {
  return new Command()
    .throwErrors()
    .name("prog")
    .version("1.2.3")
    .description("Tries everything.\nSecond line.")
    .globalType("color", new EnumType(["red", "blue"]))
    .option("--color <name:color>", "A color.", { default: "red" as const, global: true })
    .option("--quiet", "Print nothing.", { global: true })
    .command("paint <wall:string> [others...:string]", "Paints walls.")
    .option("-l, --max-layers <n:integer>", "Layers.", { default: 2 })
    .option("--rate <x:number>", "Speed.")
    .option("--brush <name:string>", "A brush.", { collect: true })
    .option("--ladders <file...:string>", "Ladders.")
    .option("--widths <n:integer[]>", "Widths.")
    .option("--no-primer", "Leaves the primer out.")
    .option("--fast", "In a hurry.", { conflicts: ["slow"] })
    .option("--slow", "No hurry.")
    .example("a wall", "prog paint north")
    .action((options, ...words) => {
      seen.options = options;
      seen.words = words;
    })
    .command("mix", "Mixes.")
    .option("--amount <n:integer>", "How much.", { required: true })
    .action((options) => void (seen.options = options))
    .command("help", new HelpCommand())
    .command("completions", new CompletionsCommand())
    .reset();
}

async function parse(...words: string[]): Promise<Seen> {
  const seen: Seen = {};
  await program(seen).parse(words);
  return seen;
}

async function refusal(...words: string[]): Promise<string> {
  const error = await assertRejects(() => program().parse(words), ValidationError);
  assertEquals(error.exitCode, 2);
  return stripVTControlCharacters(error.message);
}

const defaults = { color: "red", maxLayers: 2, primer: true };

Deno.test("Command applies defaults and converts option names to camel case", async () => {
  assertEquals(await parse("paint", "north"), { options: defaults, words: ["north"] });
  assertEquals(await parse("paint", "north", "--max-layers", "5"), {
    options: { ...defaults, maxLayers: 5 },
    words: ["north"],
  });
});

Deno.test("Command parses values after an equal sign, after short names, and negative ones", async () => {
  const { options } = await parse("paint", "n", "--max-layers=-3", "--rate", "-1e-3");
  assertEquals(options, { ...defaults, maxLayers: -3, rate: -1e-3 });
  assertEquals((await parse("paint", "n", "-l", "4")).options, { ...defaults, maxLayers: 4 });
});

Deno.test("Command collects repeated options, variadic ones and lists", async () => {
  const { options, words } = await parse(
    ...["paint", "a", "b", "c", "--brush", "x", "--brush", "y", "--widths", "1,2,3"],
    ...["--ladders", "d", "e", "--quiet"],
  );
  assertEquals(words, ["a", "b", "c"]);
  assertEquals(options, {
    ...defaults,
    brush: ["x", "y"],
    ladders: ["d", "e"],
    widths: [1, 2, 3],
    quiet: true,
  });
});

Deno.test("Command ends the values of a variadic option at a word that equals an option's name", async () => {
  assertEquals(
    await refusal("paint", "n", "--ladders", "fast"),
    'Missing value for option "--ladders".',
  );
  const { options } = await parse("paint", "n", "--brush", "fast", "--brush", "--slow");
  assertEquals(options, { ...defaults, brush: ["fast", "--slow"] });
});

Deno.test("Command negates with --no- and accepts global options before the command's name", async () => {
  assertEquals((await parse("--color", "blue", "paint", "n", "--no-primer")).options, {
    ...defaults,
    color: "blue",
    primer: false,
  });
});

Deno.test("Command rejects an unknown option or command and suggests the most similar one", async () => {
  assertEquals(
    await refusal("mix", "--amonut", "1"),
    'Unknown option "--amonut". Did you mean option "--amount"?',
  );
  assertEquals(await refusal("pain"), 'Unknown command "pain". Did you mean command "paint"?');
});

Deno.test("Command rejects values of the wrong type and lists those of an enum", async () => {
  assertEquals(
    await refusal("mix", "--amount", "1.5"),
    'Option "--amount" must be of type "integer", but got "1.5".',
  );
  assertEquals(
    await refusal("mix", "--amount", "1", "--color", "green"),
    'Option "--color" must be of type "color", but got "green". Expected values: "red", "blue"',
  );
});

Deno.test("Command rejects missing, surplus and conflicting options and arguments", async () => {
  assertEquals(await refusal("mix"), 'Missing required option "--amount".');
  assertEquals(await refusal("mix", "--amount"), 'Missing value for option "--amount".');
  assertEquals(
    await refusal("mix", "--quiet=1", "--amount", "1"),
    'Option "--quiet" doesn\'t take a value, but got "1".',
  );
  assertEquals(await refusal("paint"), "Missing argument(s): wall");
  assertMatch(await refusal("mix", "--amount", "1", "more"), /^No arguments allowed for command/);
  assertEquals(
    await refusal("mix", "--amount", "1", "--amount", "2"),
    'Option "--amount" can only occur once, but was found several times.',
  );
  assertEquals(
    await refusal("paint", "n", "--fast", "--slow"),
    'Option "--fast" conflicts with option "--slow".',
  );
});

Deno.test("Command.getHelp() contains usage, options with defaults and values, commands and examples", () => {
  const root = program();
  const help = stripVTControlCharacters(root.getHelp());
  for (
    const part of [
      "Usage:",
      "prog",
      "1.2.3",
      "Tries everything.",
      "--color",
      '"red"',
      "paint",
      "Paints walls.",
    ]
  ) {
    assertStringIncludes(help, part);
  }
  const paint = stripVTControlCharacters(root.getCommand("paint")!.getHelp());
  for (
    const part of [
      "prog paint <wall> [others...]",
      "--max-layers",
      "Layers.",
      "2",
      "prog paint north",
    ]
  ) {
    assertStringIncludes(paint, part);
  }
});

/** What our code relies on, or works around: words of a line, and the values or the error that follow. */
const BEHAVIORS: readonly {
  readonly name: string;
  readonly words: readonly string[];
  readonly options?: Record<string, unknown>;
  readonly args?: unknown[];
  readonly error?: string;
}[] = [
  {
    name: "a variadic option ends at a word that equals an option's name",
    words: ["paint", "n", "--ladders", "a", "fast"],
    options: { ladders: ["a"] },
    args: ["n", "fast"],
  },
  {
    name: "a variadic option without a value",
    words: ["paint", "n", "--ladders", "fast"],
    error: 'Missing value for option "--ladders".',
  },
  {
    name: "a collected option takes any word",
    words: ["paint", "n", "--brush", "fast", "--brush", "--slow"],
    options: { brush: ["fast", "--slow"] },
  },
  {
    name: "an option takes the name of another option as its value",
    words: ["mix", "--amount", "1", "--color", "--quiet"],
    error:
      'Option "--color" must be of type "color", but got "--quiet". Expected values: "red", "blue"',
  },
  {
    name: "an option with an empty value is ignored",
    words: ["paint", "n", "--brush", "", "--rate="],
    options: {},
  },
  {
    name: "an unknown option is an argument where one may follow",
    words: ["paint", "n", "--unknown"],
    args: ["n", "--unknown"],
  },
  {
    name: "--help is not combined with other options",
    words: ["paint", "n", "--fast", "--help"],
    error: 'Option "--help" cannot be combined with other options.',
  },
  {
    name: "global options after help, which has none",
    words: ["help", "mix", "--quiet"],
    error: 'Unknown option "--quiet". Did you mean option "--help"?',
  },
  {
    name: "global options after completions, which has none",
    words: ["completions", "bash", "--quiet"],
    error: 'Unknown option "--quiet". Did you mean option "--name"?',
  },
  {
    name: "several global options before the command",
    words: ["--quiet", "--color", "blue", "paint", "n"],
    options: { quiet: true, color: "blue" },
  },
  {
    name: "--version of a subcommand",
    words: ["paint", "n", "--version", "m"],
    args: ["n", "--version", "m"],
  },
  {
    name: "words after -- are not arguments",
    words: ["paint", "n", "--", "m"],
    args: ["n"],
  },
];

for (const { name, words, options = {}, args = ["n"], error } of BEHAVIORS) {
  Deno.test(`Cliffy: ${name}`, async () => {
    if (error !== undefined) return assertEquals(await refusal(...words), error);
    assertEquals(await parse(...words), { options: { ...defaults, ...options }, words: args });
  });
}

/** What a line prints on standard output. */
async function printed(...words: string[]): Promise<string> {
  const { log } = console;
  let text = "";
  console.log = (line: string) => void (text += `${line}\n`);
  try {
    await program().noExit().parse(words);
  } finally {
    console.log = log;
  }
  return stripVTControlCharacters(text);
}

Deno.test("Cliffy prints help and versions for these lines", async () => {
  for (
    const [words, start] of [
      [["--help"], "\nUsage:   prog"],
      [["-h"], "\nUsage:   prog"],
      [[], "\nUsage:   prog"],
      [["help"], "\nUsage:   prog"],
      [["--quiet", "help", "mix"], "\nUsage:   prog mix --amount <n>"],
      [["mix", "--help"], "\nUsage:   prog mix --amount <n>"],
      [["--quiet"], ""],
      [["-V"], "1.2.3\n"],
    ] as const
  ) {
    assertEquals((await printed(...words)).slice(0, start.length || undefined), start);
  }
});

Deno.test("Cliffy fills the rows of help texts with blanks, to the same width", async () => {
  const lines = (await printed("paint", "--help")).split("\n");
  const rows = lines.filter((line) => /^ {2}--?[a-z]/.test(line));
  assert(rows.length > 8);
  assertEquals(new Set(rows.map((row) => row.length)).size, 1, rows.join("\n"));
  assert(rows.some((row) => row.endsWith("  ")));
});

Deno.test("Cliffy formats the help of a subcommand only after parse(), getHelp() of the program, or help()", () => {
  assertThrows(() => program().getCommand("mix")!.getHelp(), TypeError);
  const root = program();
  root.getHelp();
  assertStringIncludes(root.getCommand("mix")!.getHelp(), "--amount");
  const formatted = program().help({ colors: false }).getCommand("mix")!.getHelp();
  assertStringIncludes(formatted, "--amount");
  assert(!formatted.includes("--help"));
});

/** Runs a program in a process whose output is a pipe. */
async function inPipe(statements: string, env: Record<string, string>): Promise<string> {
  const { flags } = await prepareConfig(() => {});
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    script,
    `import { Command } from "@cliffy/command";
     const program = new Command().name("prog").version("1.2.3").option("--size <n:integer>", "Size.", { default: 7 });
     ${statements}`,
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-env", ...flags, script],
    env: { ...Deno.env.toObject(), ...env },
    clearEnv: true,
  });
  const { stdout, stderr } = await child.output();
  await Deno.remove(script);
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout);
}

for (
  const [name, statements, noColor, expected] of [
    ["help has colors in a pipe", "program.showHelp();", "", true],
    ["defaults in help have colors under NO_COLOR", "program.showHelp();", "1", true],
    ["help({ colors: false }) has none", "program.help({ colors: false }).showHelp();", "", false],
    ["-V has none", 'await program.parse(["-V"]);', "", false],
    [
      "--help ends the process",
      'await program.help({ colors: false }).parse(["--help"]); console.log("\\x1b[0m");',
      "",
      false,
    ],
    ["--version has colors in a pipe", 'await program.parse(["--version"]);', "", true],
    ["--version has none under NO_COLOR", 'await program.parse(["--version"]);', "1", false],
  ] as const
) {
  Deno.test(`Cliffy: ${name}`, async () => {
    const text = await inPipe(statements, { NO_COLOR: noColor });
    assertMatch(stripVTControlCharacters(text), /1\.2\.3/);
    assertEquals(text.includes("\x1b["), expected, JSON.stringify(text));
  });
}
