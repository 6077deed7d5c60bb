/**
 * The worker of the page: owns the device, the models and the runs, and answers the requests of the protocol.
 *
 * @module
 */
import { hashText } from "./link.ts";
import { problemOf } from "./problem.ts";
import type { FromWorker, Requests, ToWorker } from "./protocol.ts";
import { anatomiesOfModel, anatomiesOfSettings } from "./worker/anatomy.ts";
import { zipFolder } from "./worker/archive.ts";
import { Engine, infoOf } from "./worker/engine.ts";
import { guessWords } from "./worker/guess.ts";
import { attentionMap, embeddingMap, layerTransitions } from "./worker/inside.ts";
import { similarities } from "./worker/tasks.ts";

/** The global scope of a worker, whose types are not those of a page. */
const scope = globalThis as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

const engine = new Engine(
  (event) => scope.postMessage({ event }),
  (progress) => scope.postMessage({ progress }),
);

/** Answers by the name of the request. */
const handlers: {
  readonly [K in keyof Requests]: (
    ...parameters: Parameters<Requests[K]>
  ) => ReturnType<Requests[K]> | Promise<ReturnType<Requests[K]>>;
} = {
  open: (choice) => engine.open(choice),
  load: ({ model, source }) => engine.load(model, source),
  fill: ({ model, text, top }) => engine.fill(model, text, top),
  files: (model) => engine.files(model),
  start: (request) => engine.start(request),
  pause: (run) => engine.pause(run),
  resume: (run) => engine.resume(run),
  stop: (run) => engine.stop(run),
  remove: (run) => engine.remove(run),
  saved: () => engine.saved(),
  guess: ({ model, text, top, hidden }) =>
    engine.useText(model, [text], (albert) => guessWords(albert, text, top, hidden)),
  attention: ({ model, text, layer }) =>
    engine.useText(model, [text], (albert) => attentionMap(albert, text, layer)),
  anatomy: (source) =>
    "model" in source
      ? engine.use(source.model, ({ config }) => anatomiesOfModel(config))
      : anatomiesOfSettings(source),
  describe: (model) => engine.use(model, infoOf),
  classify: ({ model, texts }) =>
    engine.useText(model, texts, async (albert) => {
      const pair = texts.length === 1 ? texts[0] : texts;
      return (await albert.classify([pair]))[0];
    }),
  answer: ({ model, question, context }) =>
    engine.useText(model, [question], (albert) => albert.answer(question, context)),
  tag: ({ model, text }) => engine.useText(model, [text], (albert) => albert.tag(text)),
  similarity: ({ model, texts }) =>
    engine.useText(model, texts, (albert) => similarities(albert, texts)),
  zip: async ({ run, folder, card }) =>
    zipFolder(
      folder,
      new Map([...await engine.files(run), ["README.md", new TextEncoder().encode(card)]]),
    ),
  transitions: ({ model, text }) =>
    engine.useText(model, [text], (albert) => layerTransitions(albert, text)),
  embeddings: (model) => engine.use(model, embeddingMap),
  hash: hashText,
  evaluate: (run) => engine.evaluate(run),
};

/** What a request does, in the words of its errors. */
const DOING: Readonly<Record<keyof Requests, string>> = {
  open: "open a device",
  load: "open the model",
  fill: "fill the blanks",
  files: "read the model of the run",
  start: "start the run",
  pause: "pause the run",
  resume: "resume the run",
  stop: "stop the run",
  remove: "delete the run",
  saved: "read the stored runs",
  guess: "guess the words",
  attention: "compute the attention",
  anatomy: "count the parameters",
  describe: "describe the model",
  classify: "classify the text",
  answer: "answer the question",
  tag: "find names",
  similarity: "compare the sentences",
  zip: "pack the model",
  transitions: "compare the layers",
  embeddings: "draw the embeddings",
  hash: "check the text",
  evaluate: "evaluate the run",
};

scope.onmessage = async ({ data: { id, name, argument } }) => {
  try {
    const handler = handlers[name] as (argument: unknown) => unknown;
    scope.postMessage({ id, result: await handler(argument) });
  } catch (error) {
    scope.postMessage({ id, error: problemOf(error, DOING[name]).message });
  }
};
