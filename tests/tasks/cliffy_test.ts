// The behavior of Cliffy that the commands rely on. Without JSR, the same tests check the stand-in.
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { Command, EnumType, ValidationError } from "@cliffy/command";
import { stripVTControlCharacters } from "node:util";

type Seen = { options?: unknown; words?: unknown[] };

function program(seen: Seen = {}) {
  return new Command()
    .throwErrors()
    .name("prog")
    .version("1.2.3")
    .description("Tries everything.\nSecond line.")
    .globalType("color", new EnumType(["red", "blue"]))
    .globalOption("--color <name:color>", "A color.", { default: "red" as const })
    .globalOption("--quiet", "Says nothing.")
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
