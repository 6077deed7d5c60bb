// The library compared with sentence-transformers and transformers, whose results `tests/fixtures/inference/expected.py` computed.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Device } from "../../src/device/mod.ts";
import { Albert, type EmbedOptions } from "../../src/inference/mod.ts";
import { ConfigError } from "../../src/model/mod.ts";
import { testDevices } from "../support/devices.ts";
import { reader, TOY_CONFIG, TOY_TAGGER, toyFiles } from "./toy_model.ts";
import { openDevice } from "../../src/device/mod.ts";

interface Expected {
  texts: string[];
  mean: number[][];
  cls: number[][];
  attentions: number[][][][];
  scored: string;
  losses: number[];
  pairs: [string, string | null][];
  classes: number[][];
  question: string;
  context: string;
  startLogits: number[];
  endLogits: number[];
  words: string[];
  tagLogits: number[][];
}

const expected: Expected = JSON.parse(
  await Deno.readTextFile(new URL("../fixtures/inference/expected.json", import.meta.url)),
);

function assertClose(actual: Iterable<number>, wanted: number[], limit: number): void {
  const values = [...actual];
  assertEquals(values.length, wanted.length);
  const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
  assert(worst <= limit, `differs by ${worst}`);
}

function load(device: Device, change: Record<string, string | null> = {}): Promise<Albert> {
  const files = toyFiles();
  for (const [name, text] of Object.entries(change)) {
    if (text === null) files.delete(name);
    else files.set(name, new TextEncoder().encode(text));
  }
  return Albert.load(reader(files), device);
}

async function onCpu(test: (device: Device) => Promise<void>): Promise<void> {
  await using device = await openDevice({ device: "cpu" });
  await test(device);
}

testDevices(
  "embeddings, attention, scores, classes and answers are those of Python",
  async (device) => {
    using albert = await load(device);
    for (const batchSize of [1, 2, 32]) {
      const mean = await albert.embed(expected.texts, { batchSize });
      mean.forEach((vector, i) => assertClose(vector, expected.mean[i], 1e-5));
      const cls = await albert.embed(expected.texts, {
        pooling: "cls",
        normalize: false,
        batchSize,
      });
      cls.forEach((vector, i) => assertClose(vector, expected.cls[i], 1e-5));
    }
    assertClose(await albert.embed(expected.texts[1]), expected.mean[1], 1e-5);

    for (const layer of [1, 2]) {
      const { tokens, heads, weights } = await albert.attention(expected.texts[0], layer);
      assertEquals([tokens.length, heads], [9, 4]);
      assertClose(weights, expected.attentions[layer - 1].flat(3), 1e-5);
    }

    const { tokens, loss, perplexity } = await albert.perplexity(expected.scored, { batchSize: 3 });
    const mean = expected.losses.reduce((sum, one) => sum + one) / tokens;
    assertEquals(tokens, expected.losses.length);
    assertClose([loss, perplexity / Math.exp(mean)], [mean, 1], 1e-5);

    const pairs = expected.pairs.map(([a, b]): string | [string, string] =>
      b === null ? a : [a, b]
    );
    const names = Object.values(TOY_CONFIG.id2label);
    (await albert.classify(pairs)).forEach((classes, i) => {
      const scores = names.map((name) => classes.find(({ label }) => label === name)!.score);
      assertClose(scores, expected.classes[i], 1e-5);
      assertEquals(
        classes.map(({ score }) => score).sort((a, b) => b - a),
        classes.map(({ score }) => score),
      );
    });

    const { question, context, startLogits, endLogits } = expected;
    const [[best], [same]] = await albert.answer([{ question, context }, { question, context }]);
    assertEquals(best.text, context.slice(best.start, best.end));
    assertEquals(best, same);
    assertEquals(await albert.answer(question, context, { top: 1 }), [best]);
    // The best span of the context, from transformers' logits.
    const { offsets, segments } = albert.tokenizer.encodePair(question, context);
    const inContext = segments.flatMap((segment, i) => segment === 1 ? [i] : []);
    const [, start, end] = inContext
      .flatMap((start) => inContext.map((end) => [startLogits[start] + endLogits[end], start, end]))
      .filter(([, start, end]) => end >= start).sort((a, b) => b[0] - a[0])[0];
    assertEquals([best.start, best.end], [offsets[start][0], offsets[end][1]]);
  },
);

Deno.test("Albert.fillMask() predicts many texts as it predicts one", async () => {
  await onCpu(async (device) => {
    using albert = await load(device);
    const texts = [
      "The [MASK] sat.",
      "a [MASK] ran on the [MASK] very fast , not slow .",
      "[MASK]",
    ];
    const all = await albert.fillMask(texts, 3);
    assertEquals(all.map(({ length }) => length), [1, 2, 1]);
    for (const [i, text] of texts.entries()) {
      const single = await albert.fillMask(text, 3);
      assertEquals(
        all[i].map((mask) => mask.map(({ id }) => id)),
        single.map((mask) => mask.map(({ id }) => id)),
      );
      assertClose(
        all[i].flatMap((mask) => mask.map(({ probability }) => probability)),
        single.flatMap((mask) => mask.map(({ probability }) => probability)),
        1e-6,
      );
    }
    await assertRejects(() => albert.fillMask(["a [MASK]", "no"]), ConfigError, "[MASK]");
    const long = Array(30).fill("a").join(" ") + " [MASK]";
    await assertRejects(
      () => albert.fillMask([long]),
      ConfigError,
      "has 33 tokens, but max_position_embeddings is 24",
    );
  });
});

Deno.test("embeddings follow the folder's sentence-transformers files", async () => {
  await onCpu(async (device) => {
    const module = (path: string, type: string) => ({
      path,
      type: `sentence_transformers.models.${type}`,
    });
    const modules = [module("", "Transformer"), module("1_Pooling", "Pooling")];
    const folder = {
      "modules.json": JSON.stringify(modules),
      "sentence_bert_config.json": '{"max_seq_length": 5}',
      "1_Pooling/config.json":
        '{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}',
    };
    using cls = await load(device, folder);
    assertClose(await cls.embed(expected.texts[1]), expected.cls[1], 1e-5);
    // Five tokens: [CLS], three words, [SEP].
    assertEquals(await cls.embed("the cat sat on the mat"), await cls.embed("the cat sat"));
    using normalized = await load(device, {
      ...folder,
      "modules.json": JSON.stringify([...modules, module("2_Normalize", "Normalize")]),
      "1_Pooling/config.json": '{"pooling_mode": "mean"}',
    });
    assertClose(await normalized.embed(expected.texts[1]), expected.mean[1], 1e-5);
    using older = await load(device, {
      ...folder,
      "sentence_bert_config.json": null,
      "sentence_albert_config.json": '{"do_lower_case": true}',
      "tokenizer_config.json": '{"do_lower_case": false, "model_max_length": 5}',
    });
    assertEquals(await older.embed("The CAT sat on the mat"), await cls.embed("the cat sat"));
    for (
      const [change, message] of [
        [
          { "1_Pooling/config.json": '{"pooling_mode_max_tokens": true}' },
          "has pooling mode max_tokens",
        ],
        [{ "1_Pooling/config.json": null }, "1_Pooling/config.json is missing"],
        [
          {
            "config_sentence_transformers.json":
              '{"prompts": {"query": "find: "}, "default_prompt_name": "query"}',
          },
          'it prepends the prompt "find: "',
        ],
        [
          { "modules.json": JSON.stringify([...modules, module("2_Dense", "Dense")]) },
          "lists a Dense layer",
        ],
        ...["../other", "/etc", "a/b", "..", "c:x", 7].map((path) =>
          [
            {
              "modules.json": JSON.stringify([modules[0], { ...modules[1], path }]),
              [`${path}/config.json`]: '{"pooling_mode": "mean"}',
            },
            `lists ${JSON.stringify(path)}, which is not a folder of the model`,
          ] as const
        ),
      ] as const
    ) {
      using other = await load(device, { ...folder, ...change });
      await assertRejects(() => other.embed("a"), ConfigError, message);
      assertClose(await other.embed(expected.texts[1], { pooling: "cls" }), expected.cls[1], 1e-5);
    }
    await assertRejects(
      () => load(device, { "modules.json": "[" }),
      ConfigError,
      "modules.json: it is not valid JSON",
    );
  });
});

Deno.test("the methods of Albert reject invalid options with the valid ones", async () => {
  await onCpu(async (device) => {
    using albert = await load(device);
    const cases: [() => Promise<unknown>, string][] = [
      [
        () => albert.embed("a", { pool: "mean" } as EmbedOptions),
        'embed() has no option "pool"; its options are pooling, normalize',
      ],
      [
        () => albert.embed("a", { pooling: "max" } as unknown as EmbedOptions),
        'pooling must be "mean" or "cls", got "max"',
      ],
      [
        () => albert.embed("a", { normalize: "yes" } as unknown as EmbedOptions),
        'normalize must be true or false, got "yes"',
      ],
      [
        () => albert.embed("a", { maxLength: 25 }),
        "maxLength must be at most the model's max_position_embeddings, 24 (got 25)",
      ],
      [() => albert.embed("a", { batchSize: 0 }), "batchSize must be a positive integer, got 0"],
      [() => albert.embed(["a", 7 as unknown as string]), "Text 1 must be a string, got 7"],
      [() => albert.embed({} as unknown as string), "Expected a text or an array of texts, got {}"],
      [() => albert.classify("a", { top: 0 }), "top must be a positive integer, got 0"],
      [() => albert.answer("a", "b", { best: 1 } as object), 'answer() has no option "best"'],
      [() => albert.attention("a", 3), "layer must be 1 to 2, got 3"],
      [() => albert.fillMask("a [MASK]", 0.5), "top must be a positive integer, got 0.5"],
      [() => albert.perplexity(" "), 'The text has no tokens: " "'],
    ];
    for (const [call, message] of cases) await assertRejects(call, Error, message);
  });
});

Deno.test("Albert.classify() and answer() name the missing head", async () => {
  await onCpu(async (device) => {
    const files = toyFiles();
    const { encodeSafetensors, parseSafetensors, toFloat32 } = await import(
      "../../src/weights/mod.ts"
    );
    const { tensors } = parseSafetensors(files.get("model.safetensors")!);
    const kept = [...tensors].filter(([name]) => !/classifier|qa_outputs/.test(name))
      .map(([name, tensor]) =>
        [name, { shape: tensor.shape, data: toFloat32(name, tensor) }] as const
      );
    files.set(
      "model.safetensors",
      Uint8Array.from(encodeSafetensors(new Map(kept)).flatMap((one) => [...one])),
    );
    using albert = await Albert.load(reader(files), device);
    await assertRejects(
      () => albert.classify("a"),
      ConfigError,
      "no classification head: classifier.weight is missing",
    );
    await assertRejects(
      () => albert.answer("a", "b"),
      ConfigError,
      "no question-answering head: qa_outputs.weight is missing",
    );
    albert.free();
    albert.free();
  });
  await onCpu(async (device) => {
    using tagger = await Albert.load(
      reader(toyFiles({ architectures: ["BertForTokenClassification"] })),
      device,
    );
    await assertRejects(
      () => tagger.classify("a"),
      ConfigError,
      "BertForTokenClassification, which does not classify texts",
    );
  });
});

testDevices("Albert.tag() returns the spans of AlbertForTokenClassification", async (device) => {
  using albert = await Albert.load(reader(toyFiles(TOY_TAGGER)), device);
  const { words, tagLogits } = expected;
  const names = Object.values(TOY_TAGGER.id2label);
  const text = words.join(" ").replace(" ,", ",");
  const tags = tagLogits.map((row) => names[row.indexOf(Math.max(...row))]);
  const spans = await albert.tag(text);
  for (const span of spans) {
    assertEquals(span.text, text.slice(span.start, span.end));
    assert(span.type === "A" && span.score > 1 / 3 && span.score <= 1);
  }
  // Every word with a tag other than O is in a span.
  const tagged = words.filter((_, i) => tags[i] !== "O");
  assertEquals(spans.map(({ text }) => text).join(" ").replace(" ,", ",").split(/ |(?=,)/), tagged);
  const powers = tagLogits[0].map(Math.exp);
  const first = Math.max(...powers) / powers.reduce((a, b) => a + b);
  if (spans[0].text === words[0]) assertClose([spans[0].score], [first], 1e-5);
  assertEquals((await albert.tag(["", text], { batchSize: 1 }))[0], []);
  await assertRejects(
    () => albert.tag("a", { top: 1 } as object),
    TypeError,
    'tag() has no option "top"',
  );
  using classifier = await load(device);
  await assertRejects(
    () => classifier.tag("a"),
    ConfigError,
    "BertForSequenceClassification, which does not tag words",
  );
});

Deno.test("a model with one token type rejects pairs of texts with its type_vocab_size", async () => {
  await onCpu(async (device) => {
    using albert = await Albert.load(reader(toyFiles({ type_vocab_size: 1 })), device);
    assertEquals((await albert.classify("a cat")).length, 3);
    assertEquals((await albert.embed("a cat")).length, 16);
    const message = "The model cannot read pairs of texts: its type_vocab_size is 1";
    await assertRejects(() => albert.classify([["a cat", "a dog"]]), ConfigError, message);
    await assertRejects(() => albert.answer("who sat", "a cat sat"), ConfigError, message);
  });
});
