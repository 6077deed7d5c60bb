// Tests the script of report pages in headless Chromium.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { liveBody, runPage, RunRecord, serveReport } from "../../src/report/mod.ts";
import { findChromium, Page } from "../support/chromium.ts";

const chromium = await findChromium();
if (chromium === null) console.log("Chromium not found; the tests of the page are skipped");

/** A run of 4 × 10 steps; the tokens per step double after step 20. */
function record(): RunRecord {
  const run = new RunRecord("run", {
    task: "pretraining",
    settings: {
      batchSize: 10,
      schedule: { totalSteps: 80 },
      phases: [
        { untilStep: 20, examples: { maxSeqLength: 10 } },
        { untilStep: 80, examples: { maxSeqLength: 20 } },
      ],
    },
  });
  for (let step = 10; step <= 40; step += 10) {
    run.add({ step, loss_mlm: step === 20 ? 4 : 8, tokens_per_second: 100 });
  }
  return run;
}

const PATH = `document.querySelector("svg.chart .line").getAttribute("d")`;
const choose = (name: string, value: string | number) =>
  `(() => {
    const input = document.querySelector('input[name=${name}]${
    typeof value === "string" ? `[value=${value}]` : ""
  }');
    if (input.type === "radio") input.checked = true; else input.value = ${value};
    input.dispatchEvent(new Event("input", { bubbles: true }));
    return ${PATH};
  })()`;
/** Moves the pointer to a fraction of the width of the first chart, and reads the tip. */
const hover = (share: number) =>
  `(() => {
    const chart = document.querySelector("svg.chart"), box = chart.getBoundingClientRect();
    const clientX = box.left + ${share} * box.width, clientY = box.top + 50;
    chart.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX, clientY }));
    return document.querySelector(".tip").innerText;
  })()`;
const places = (path: string) => [...path.matchAll(/([\d.]+),([\d.]+)/g)].map(([, x]) => Number(x));

Deno.test({
  name: "a report shows values under the pointer, smooths curves and switches between axes",
  ignore: chromium === null,
  async fn() {
    const file = await Deno.makeTempFile({ suffix: ".html" });
    await Deno.writeTextFile(file, runPage(record()));
    const page = await Page.open(chromium!, `file://${file}`);
    try {
      await page.until(`document.querySelector(".controls")?.hidden === false`);
      const steps = await page.evaluate<string>(PATH);
      const [a, b, c, d] = places(await page.evaluate<string>(choose("axis", "tokens")));
      // 1000, 2000, 4000 and 6000 tokens.
      assert(Math.abs((c - b) / (b - a) - 2) < 0.02 && Math.abs(d - c - (c - b)) < 0.5);
      assertMatch(
        await page.evaluate<string>(hover(0.99)),
        /^step 40 · 6,000 tokens · 1\.0 min\n8$/,
      );
      assertMatch(await page.evaluate<string>(hover(0.35)), /^step 20 · 2,000 tokens · .*\n4$/);
      await page.evaluate(choose("axis", "step"));
      const smooth = await page.evaluate<string>(choose("smooth", 0.8));
      const [second, unsmoothed] = [smooth, steps].map((path) =>
        Number(path.split(/[ML]/)[2].split(",")[1])
      );
      assert(second < unsmoothed - 5, "the drop at step 20 is smaller");
      assertStringIncludes(await page.evaluate<string>(hover(0.35)), "smoothed");
    } finally {
      await page.close();
      await Deno.remove(file);
    }
  },
});

Deno.test({
  name:
    "the live page keeps the selection, survives a lost connection, and ends as a report that opens again without the server",
  ignore: chromium === null,
  async fn() {
    const run = record();
    const live = {
      ...{ name: "run", version: 1, reportPath: "runs/a/report.html" },
      body: () => liveBody(run),
      report: () => runPage(run),
    };
    const server = serveReport(live);
    const page = await Page.open(chromium!, server.url);
    try {
      await page.until(`document.querySelector("#note").textContent.startsWith("Live, last")`);
      await page.evaluate(choose("axis", "tokens"));
      await page.evaluate(
        `getSelection().selectAllChildren(document.querySelector("header .what")), void 0`,
      );
      const note = (text: string) =>
        page.until(`document.querySelector("#note").textContent.startsWith("${text}")`);
      await page.evaluate(
        "void (globalThis.connected = fetch, globalThis.fetch = () => Promise.reject())",
      );
      await note("Cannot reach the run");
      await page.evaluate("void (globalThis.fetch = connected)");
      await note("Live, last");
      const announced = await page.evaluate(`new Promise((resolve) => {
        const heard = [];
        const observer = new MutationObserver((changes) => heard.push(...changes.map(String)));
        const options = { subtree: true, childList: true, characterData: true };
        for (const region of document.querySelectorAll("[role=status], [aria-live]")) {
          observer.observe(region, options);
        }
        const before = document.querySelector("#age").textContent;
        const timer = setInterval(() => {
          if (document.querySelector("#age").textContent === before) return;
          clearInterval(timer);
          resolve([heard.length, document.querySelectorAll("[role=status]").length]);
        }, 50);
      })`);
      assertEquals(announced, [0, 1], "the age is not announced");
      const chosen = await page.evaluate<string>("getSelection().toString()");
      assertStringIncludes(chosen, "Pretraining");
      run.add({ step: 50, loss_mlm: 2, tokens_per_second: 100 });
      live.version = 2;
      await page.until(`${PATH}.split("L").length === 5`);
      assertEquals(await page.evaluate("getSelection().toString()"), chosen);
      assertEquals(
        await page.evaluate(`document.querySelector("input[value=tokens]").checked`),
        true,
      );
      assertStringIncludes(await page.evaluate<string>(`document.body.innerText`), "Step 40 of 80");
      await page.evaluate("getSelection().removeAllRanges()");
      await page.until(`document.body.innerText.includes("Step 50 of 80")`);
      await page.until("navigator.serviceWorker.controller !== null");
      await server.close();
      await page.until(
        `document.querySelector("#note").textContent.includes("runs/a/report.html")`,
      );
      await page.until(`caches.match(location.pathname).then((found) => found !== undefined)`);
      await page.evaluate("void location.reload()");
      await page.until(
        `document.title === "run – run" && document.body.innerText.includes("Step 50 of 80")`,
      );
    } finally {
      await page.close();
      await server.close();
    }
  },
});
