/**
 * A page that trains a small ALBERT, or loads the served one, and fills masks.
 *
 *     deno run -A examples/browser/serve.ts [FOLDER]
 *
 * `?device=cpu` disables WebGPU.
 */
import { Albert, type Device, loadPretrained, openDevice, type StepLog } from "@albert-lab/albert";
import { pretrain } from "../training_loop.ts";
import { curves, type LossPoint } from "./curves.ts";
import { type TokenLogits, tokenLogits } from "./token_logits.ts";

const element = <T extends Element>(id: string) => document.querySelector<T>(`#${id}`)!;
const text = element<HTMLTextAreaElement>("text");
const trainButton = element<HTMLButtonElement>("train");
const fillButton = element<HTMLButtonElement>("fill");

const device = await openPageDevice();
let albert: Albert | null = null;

element("training").addEventListener("submit", (event) => {
  event.preventDefault();
  working(train);
});
element("filling").addEventListener("submit", (event) => {
  event.preventDefault();
  working(fillIn);
});
await working(start);

async function openPageDevice(): Promise<Device> {
  const asked = new URLSearchParams(location.search).get("device");
  let notice = "";
  const onNotice = (message: string) => notice = ` (${message})`;
  const device = asked === "cpu" || asked === "webgpu" ? asked : "auto";
  const opened = await openDevice({ device, onNotice });
  const { kind, adapter } = opened.description;
  element("device").textContent = `Computing on ${kind}: ${adapter}${notice}`;
  document.documentElement.dataset.device = kind;
  return opened;
}

/** Fetches the text, and the model if one is served. */
async function start(): Promise<void> {
  text.value = await (await fetch("farm.txt")).text();
  if (!(await fetch("model/config.json", { method: "HEAD" })).ok) return;
  const served = await loadPretrained(new URL("model", location.href), device);
  useModel(served, "Using the served model.");
}

/** Trains a model on the text and uses it. */
async function train(): Promise<void> {
  const steps = element<HTMLInputElement>("steps").valueAsNumber;
  const points: LossPoint[] = [];
  const started = performance.now();
  const onLog = async ({ step, metrics: { loss_mlm, loss_pair } }: StepLog) => {
    points.push({ step: step + 1, maskedLoss: loss_mlm, pairLoss: loss_pair });
    element("curves").innerHTML = curves(points, steps);
    const rate = 1000 * (step + 1) / (performance.now() - started);
    element("progress").textContent = `step ${step + 1}, ${rate.toFixed(1)} steps/s`;
    await new Promise(requestAnimationFrame); // Lets the page draw.
  };
  const files = await pretrain(device, { text: text.value, vocabSize: 105, steps, onLog });
  const read = (name: string) => Promise.resolve(files.get(name) ?? null);
  useModel(await Albert.load(read, device), `Using the model of ${steps} steps.`);
  await fillIn();
}

async function fillIn(): Promise<void> {
  const [candidates] = await albert!.fillMask(element<HTMLInputElement>("sentence").value, 8);
  element("candidates").replaceChildren(...candidates.map(({ piece, probability }) => {
    const item = document.createElement("li");
    const meter = Object.assign(document.createElement("meter"), { value: probability });
    const [word, share] = [piece, `${(100 * probability).toFixed(1)}%`].map((shown) =>
      Object.assign(document.createElement("span"), { textContent: shown })
    );
    item.append(word, meter, share);
    return item;
  }));
}

function useModel(model: Albert, note: string): void {
  albert?.free();
  albert = model;
  element("note").textContent = note;
}

/** Disables the buttons during the work and shows its error. */
async function working(work: () => Promise<void>): Promise<void> {
  trainButton.disabled = fillButton.disabled = true;
  try {
    await work();
  } catch (error) {
    element("note").textContent = error instanceof Error ? error.message : String(error);
  }
  trainButton.disabled = false;
  fillButton.disabled = albert === null;
}

/** The logits of the model. Tests call it through the page's bundle. */
export function logits(sentence: string): Promise<TokenLogits> {
  if (albert === null) throw new TypeError("No model is loaded");
  return tokenLogits(albert, sentence);
}
