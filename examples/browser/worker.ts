/**
 * The worker of the page: owns the device, the models and the runs, and answers the requests of the protocol.
 *
 * @module
 */
import type { FromWorker, Requests, ToWorker } from "./protocol.ts";
import { anatomies } from "./worker/anatomy.ts";
import { zipFolder } from "./worker/archive.ts";
import { Engine, infoOf } from "./worker/engine.ts";
import { guessWords } from "./worker/guess.ts";
import { attentionMap } from "./worker/inside.ts";
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
  guess: async ({ model, text, top, hidden }) =>
    await guessWords(await engine.model(model), text, top, hidden),
  attention: async ({ model, text, layer }) => attentionMap(await engine.model(model), text, layer),
  anatomy: (source) => anatomies(source, (name) => engine.model(name)),
  describe: async (model) => await infoOf(await engine.model(model)),
  classify: async ({ model, texts }) => {
    const pair = texts.length === 1 ? texts[0] : texts;
    return (await (await engine.model(model)).classify([pair]))[0];
  },
  answer: async ({ model, question, context }) =>
    await (await engine.model(model)).answer(question, context),
  tag: async ({ model, text }) => await (await engine.model(model)).tag(text),
  similarity: async ({ model, texts }) => await similarities(await engine.model(model), texts),
  zip: async ({ run, folder, card }) =>
    zipFolder(
      folder,
      new Map([...await engine.files(run), ["README.md", new TextEncoder().encode(card)]]),
    ),
};

scope.onmessage = async ({ data: { id, name, argument } }) => {
  try {
    const handler = handlers[name] as (argument: unknown) => unknown;
    scope.postMessage({ id, result: await handler(argument) });
  } catch (error) {
    scope.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
};
