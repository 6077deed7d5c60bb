import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "../../support/property.ts";
import {
  readNumbers,
  readTexts,
  SquadScoreError,
} from "../../../src/benchmarks/squad/metric/mod.ts";
import { readSquad, SquadFormatError } from "../../../src/benchmarks/squad/reader.ts";
import { sharedData } from "../../text/support/shared_data.ts";
import { squadFile } from "./squad_file.ts";

Deno.test("answer_start counts code points, as in Python", () => {
  const { questions } = readSquad(squadFile("😀 in 1876 😀 Paris", [
    { id: "q", answers: [{ text: "Paris", answer_start: 12 }] },
  ]));
  const [{ text, start }] = questions[0].answers;
  assertEquals([text, start], ["Paris", 14]);
  assertEquals(questions[0].context.slice(start), "Paris");
});

Deno.test("readSquad() infers the version from the questions if the file has none", () => {
  const answered = [{ id: "q", answers: [{ text: "x", answer_start: 0 }] }];
  assertEquals(readSquad(squadFile("x", answered, "1.1")).version, "1.1");
  assertEquals(readSquad(squadFile("x", answered, "v2.0")).version, "2.0");
  assertEquals(readSquad(squadFile("x", answered, null)).version, "1.1");
  assertEquals(readSquad(squadFile("x", [{ id: "q", answers: [] }], null)).version, "2.0");
});

Deno.test("misplaced answers and repeated ids are counted, and are errors if strict", () => {
  const text = squadFile("Paris is old", [
    { id: "q1", answers: [{ text: "Paris", answer_start: 0 }] },
    { id: "q2", answers: [{ text: "old", answer_start: 8 }] },
    { id: "q3", answers: [{ text: "old", answer_start: 99 }] },
    { id: "q1", answers: [{ text: "old", answer_start: 9.5 }] },
  ]);
  const { misplaced, repeated, questions } = readSquad(text);
  const first = 'question q2: the answer "old" is not at its answer_start 8';
  assertEquals(misplaced, { count: 3, first });
  assertEquals(repeated, { count: 1, first: "question q1 is repeated" });
  assertEquals(questions[1].answers, [{ text: "old" }]);
  assertThrows(() => readSquad(text, { strict: true }), SquadFormatError, first);
});

Deno.test("a version that is not a string or number is ignored", () => {
  for (const version of [{ toString: false }, null, [1], true]) {
    assertEquals(readSquad(JSON.stringify({ version, data: [] })).version, "1.1");
  }
  assertEquals(readSquad('{"version": 2, "data": []}').version, "2.0");
});

Deno.test("JSON that is not in SQuAD's format is rejected with the problem and the place", () => {
  for (
    const [text, sentence] of [
      ["{", "it is not valid JSON ("],
      ["3", "the file must be an object"],
      ["[1]", "[0] must be an object"],
      ["{}", "data is missing"],
      ['{"data": {}}', "data must be a list"],
      ['{"data": [{"paragraphs": [1]}]}', "data[0].paragraphs[0] must be an object"],
      [
        squadFile("x", [{ id: 3.5 }]),
        "data[0].paragraphs[0].qas[0].id must be a string or an integer",
      ],
      [
        squadFile("x", [{ id: "q" }]),
        "question q: data[0].paragraphs[0].qas[0].answers is missing",
      ],
      [squadFile("x", [{ id: "q", answers: [{ text: "x" }] }]), "question q: "],
    ]
  ) assertThrows(() => readSquad(text), SquadFormatError, sentence);
});

Deno.test("readSquad() reads integer ids, answers as an object of lists, and empty answers", () => {
  const { questions, misplaced } = readSquad(squadFile("one two", [
    { id: 101, answers: { text: ["two", "one"], answer_start: [4, 0] } },
    { id: "q", answers: [{ text: "", answer_start: -1 }] },
  ]));
  assertEquals(questions.map(({ id, answers }) => [id, answers]), [
    ["101", [{ text: "two", start: 4 }, { text: "one", start: 0 }]],
    ["q", [{ text: "" }]],
  ]);
  assertEquals(misplaced, undefined);
  const uneven = { text: ["two"], answer_start: [] };
  assertThrows(
    () => readSquad(squadFile("one two", [{ id: "q", answers: uneven }])),
    SquadFormatError,
    "answers must be a list",
  );
});

Deno.test("readSquad() reads a question per row, and paragraphs without articles", () => {
  const context = "🎉 Ada Lind kept the lamp of Ormo.";
  const row = (id: string, text: string[], answer_start: number[]) => ({
    ...{ id, title: "Lamps", context, question: `${id}?`, answers: { text, answer_start } },
  });
  const rows = [row("who", ["Ada Lind"], [2]), row("why", [], [])];
  const lines = rows.map((row) => JSON.stringify(row)).join("\n") + "\n\n";
  const expected = readSquad(JSON.stringify({
    version: "v2.0",
    data: [{ title: "Lamps", paragraphs: [{ context, qas: rows }] }],
  }));
  assertEquals(expected.questions.map(({ answers }) => answers), [
    [{ text: "Ada Lind", start: 3 }],
    [],
  ]);
  for (const text of [lines, JSON.stringify(rows), JSON.stringify({ data: rows })]) {
    assertEquals(readSquad(text), expected);
  }
  assertEquals(readSquad(JSON.stringify(rows[0])).questions, [expected.questions[0]]);
  const answers = [{ text: "Ada Lind", answer_start: 2 }];
  const qas = [
    { id: "who", question: "who?", is_impossible: false, answers },
    { id: "why", question: "why?", is_impossible: true, answers: [] },
  ];
  const simple = readSquad(JSON.stringify([{ context, qas }]));
  assertEquals(simple.version, "2.0");
  assertEquals(simple.questions.map(({ answers }) => answers.length), [1, 0]);
  const damaged = JSON.stringify(rows[0]) + '\n{"id": }\n';
  assertThrows(() => readSquad(damaged), SquadFormatError, "line 2 is not valid JSON");
  const nameless = JSON.stringify([{ ...rows[0], context: undefined }]);
  assertThrows(() => readSquad(nameless), SquadFormatError, "[0].context is missing");
});

Deno.test("readSquad() keeps is_impossible, and rejects what is not true or false", () => {
  const answers = [{ text: "two", answer_start: 4 }];
  const one = (is_impossible: unknown) =>
    readSquad(squadFile("one two", [{ id: "q", answers, is_impossible } as never]));
  assertEquals(one(true).questions[0].isImpossible, true);
  assertEquals(one(false).questions[0].isImpossible, undefined);
  assertThrows(() => one("yes"), SquadFormatError, "is_impossible must be true or false");
});

Deno.test("readSquad() reads questions without answers only if they are asked for, and not mixed", () => {
  const text = squadFile("one two", [{ id: "q1" }, { id: "q2" }], "1.1");
  assertThrows(() => readSquad(text), SquadFormatError, "question q1: ");
  const { questions, unlabeled, version } = readSquad(text, { unlabeled: true });
  assertEquals([questions.length, unlabeled, version], [2, true, "1.1"]);
  const answers = [{ text: "two", answer_start: 4 }];
  assertThrows(
    () => readSquad(squadFile("one two", [{ id: "a" }, { id: "b", answers }]), { unlabeled: true }),
    SquadFormatError,
    "question b has answers, unlike those before it",
  );
});

Deno.test("any JSON is read or rejected with a one-line message, without changing a prototype", () => {
  const id = fc.constantFrom("__proto__", "constructor", "toString", "a", "7");
  const value = fc.jsonValue({ maxDepth: 3 });
  const answer = fc.oneof(fc.record({ text: value, answer_start: value }), value);
  const qa = fc.oneof(
    fc.record(
      {
        id: fc.oneof(id, value),
        question: fc.oneof(fc.string(), value),
        answers: fc.array(answer),
      },
      { requiredKeys: ["id"] },
    ),
    value,
  );
  const paragraph = fc.record({ context: fc.oneof(fc.string(), value), qas: fc.array(qa) });
  const squad = fc.record({
    version: value,
    data: fc.array(fc.record({ title: value, paragraphs: fc.array(fc.oneof(paragraph, value)) })),
  });
  const polluted = () => Object.keys(Object.prototype).length + Number("polluted" in {});
  fc.assert(
    fc.property(fc.oneof(squad, value), (json) => {
      try {
        readSquad(JSON.stringify(json));
      } catch (error) {
        assert(error instanceof SquadFormatError && !error.message.includes("\n"));
      }
      assertEquals(polluted(), 0);
    }),
    { numRuns: 500 },
  );
  const table = fc.dictionary(fc.oneof(id, fc.string()), fc.oneof(fc.string(), value));
  fc.assert(
    fc.property(fc.oneof(table, value), (json) => {
      for (const read of [readTexts, readNumbers]) {
        try {
          read(JSON.stringify(json, null, 1));
        } catch (error) {
          assert(error instanceof SquadScoreError);
        }
      }
      assertEquals(polluted(), 0);
    }),
    { numRuns: 500 },
  );
});

Deno.test("readTexts() agrees with JSON.parse", () => {
  fc.assert(fc.property(
    fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" })),
    (table) => {
      const read = readTexts(JSON.stringify(table));
      assertEquals(read, new Map(Object.entries(table)));
    },
  ));
});

Deno.test("the official files are read completely, with every answer at its position", async () => {
  for (
    const [file, version, count] of [
      ["v1.1/dev-v1.1.json", "1.1", 2732],
      ["v2.0/dev-v2.0.json", "2.0", 5657],
      ["v2.0/train-v2.0.json", "2.0", 6025],
    ] as const
  ) {
    const path = sharedData(`data/squad/${file}`);
    if (path === undefined) return;
    const dataset = readSquad(await Deno.readTextFile(path), { strict: true });
    assertEquals([dataset.version, dataset.questions.length], [version, count]);
  }
});
