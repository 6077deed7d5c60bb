// Every option of every command: declared once in a table, read by Cliffy, handed to the action.
import { assert, assertEquals } from "@std/assert";
import { GLUE_TASK_NAMES } from "../../src/benchmarks/glue/mod.ts";
import { type AnyDefinition, definitionOf } from "../../tasks/cli/command.ts";
import { normalizeLine } from "../../tasks/cli/command_line.ts";
import {
  GLOBAL_OPTIONS,
  type NamedOption,
  namedOptions,
  withGlobals,
} from "../../tasks/cli/options.ts";
import { buildProgram } from "../../tasks/cli/commands.ts";
import { GLUE_TASKS_AND_AX } from "../../tasks/cli/finetune_options.ts";
import { PRESETS } from "../../tasks/cli/paper.ts";
import { PAPER_PRESETS } from "../../tasks/paper/mod.ts";

// deno-lint-ignore no-explicit-any
const program: any = await buildProgram([]);

interface Declared {
  path: string[];
  definition: AnyDefinition;
}

/** Every command that a table declares. */
// deno-lint-ignore no-explicit-any
function declaredCommands(command: any, path: string[] = []): Declared[] {
  const definition = definitionOf(command);
  return [
    ...(definition === undefined ? [] : [{ path, definition }]),
    // deno-lint-ignore no-explicit-any
    ...command.getCommands().flatMap((child: any) =>
      declaredCommands(child, [...path, child.getName()])
    ),
  ];
}

const commands = declaredCommands(program);

/** Parses a line; returns what the action of the command got. */
async function parse({ definition, path }: Declared, words: string[]) {
  const { action } = definition;
  const got: { flags?: Record<string, unknown>; words?: string[] } = {};
  definition.action = (flags, ...rest) => void Object.assign(got, { flags, words: rest });
  try {
    await program.parse(normalizeLine(program, [...path, ...words]));
  } finally {
    definition.action = action;
  }
  return got;
}

/** Words for an option, and the value they stand for; never the default. */
function sample(
  { flag, kind, setting, range = [-1] }: NamedOption,
): { words: string[]; value: unknown } {
  if (typeof kind !== "string") return { words: [flag, kind.at(-1)!], value: kind.at(-1) };
  switch (kind) {
    case "switch":
      return { words: [flag], value: true };
    case "off":
      return { words: [flag], value: false };
    case "boolean":
      return { words: [flag, "false"], value: false };
    case "integer":
      return { words: [flag, "7"], value: 7 };
    case "number":
      return range[0] < 0
        ? { words: [flag, "-1e-3"], value: -1e-3 }
        : { words: [flag, "1e-3"], value: 1e-3 };
    case "integer or auto":
      return { words: [flag, "auto"], value: "auto" };
    case "duration":
      return { words: [flag, "1.5h"], value: "1.5h" };
    case "string":
      return { words: [flag, `a ${setting}`], value: `a ${setting}` };
    case "strings":
      return {
        words: [flag, "data", "config", flag.slice(2)],
        value: ["data", "config", flag.slice(2)],
      };
  }
}

/** A word for each required argument. */
function requiredWords({ arguments: slots = "" }: AnyDefinition): string[] {
  return slots.split(" ").filter((slot: string) => slot.startsWith("<"));
}

Deno.test("the tables declare every command but help and completions", () => {
  assert(commands.length >= 25, String(commands.length));
  // deno-lint-ignore no-explicit-any
  const leaves = (command: any): string[] =>
    command.getCommands().length === 0 || definitionOf(command) !== undefined
      ? [command.getPath()]
      : command.getCommands().flatMap(leaves);
  const others = leaves(program).filter((path) => !/ (help|completions)\b/.test(path));
  assertEquals(others.sort(), commands.map(({ path }) => `albert ${path.join(" ")}`).sort());
});

for (const declared of commands) {
  const { path, definition } = declared;
  const own = namedOptions(withGlobals(definition.options ?? {}));

  Deno.test(`every option of albert ${path.join(" ")} reaches its action`, async () => {
    const samples = own.map((option) => ({ setting: option.setting, ...sample(option) }));
    const words = requiredWords(definition);
    const got = await parse(declared, [...words, ...samples.flatMap((one) => one.words)]);
    assertEquals(
      got.flags,
      Object.fromEntries(samples.map(({ setting, value }) => [setting, value])),
    );
    assertEquals(got.words, words);
    // Taking flags apart is how an action loses one.
    assert(!/^(async )?(\w+)?\(\{/.test(String(definition.action)), String(definition.action));
  });

  Deno.test(`the names of options of albert ${path.join(" ")} are unique`, () => {
    const names = own.flatMap((
      { flag, aliases = [] },
    ) => [flag, ...aliases.map((name) => `--${name}`)]);
    assertEquals(names.filter((name, i) => names.indexOf(name) !== i), []);
    for (const { kind, spellings = {}, flag } of own) {
      const unknown = Object.values(spellings).filter((word) => !kind.includes(word));
      assertEquals(unknown, [], flag);
    }
  });

  Deno.test(`the examples of albert ${path.join(" ")} can be parsed`, async () => {
    for (const line of Object.values<string>(definition.examples ?? {})) {
      const words = line.replace(/^.*\balbert | <.*$/g, "").match(/'[^']*'|\S+/g)!
        .map((word) => word.replaceAll("'", ""));
      assertEquals(words.slice(0, path.length), path, line);
      const { flags } = await parse(declared, words.slice(path.length));
      assert(flags !== undefined, line);
    }
  });
}

Deno.test("options are declared with a help text, and a default that does not stand in it", () => {
  for (
    const { path, definition } of [...commands, {
      path: [],
      definition: { options: GLOBAL_OPTIONS },
    }]
  ) {
    for (
      const { flag, help, default: value, defaultText, range } of namedOptions(
        definition.options ?? {},
      )
    ) {
      const place = `${path.join(" ")} ${flag}: ${help}`;
      assert(/^([A-Z]|spiece\.model).*\.$/.test(help) && !help.includes("\n"), place);
      assert(value === undefined || defaultText === undefined, place);
      assert(!/defaults? (to|is)\b|by default|\(default/i.test(help), place);
      if (range === undefined) continue;
      // The default, and the 0 that the help explains, can also be typed.
      const valid = [...(value === undefined ? [] : [value]), ...(/; 0 /.test(help) ? [0] : [])];
      for (const number of valid.map(Number)) {
        assert(number >= range[0] && number <= (range[1] ?? Infinity), `${place} ${number}`);
      }
    }
  }
});

Deno.test("options list the presets of the paper and the tasks of GLUE", () => {
  assertEquals([...PRESETS], PAPER_PRESETS.map(({ name }) => name));
  assertEquals([...GLUE_TASKS_AND_AX], [...GLUE_TASK_NAMES]);
});
