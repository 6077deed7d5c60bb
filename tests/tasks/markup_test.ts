// Markup in data, labels, file names and run names: on the pages of all commands it stays text.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { albertHere } from "../faults/workbench.ts";
import { withoutOwnScript } from "../support/page_markup.ts";

const windows = Deno.build.os === "windows";

/** Markup in the name of a file and in a text. */
const NAME = `"><img src=x onerror=alert(1)>&amp;'`;
const TEXT = `</text></svg></style></title><script>alert("${NAME}")</script><b onclick=x>`;

/** Everything that our pages are made of. */
const ELEMENTS = new Set(
  ("html head meta title style body main header section div p span i b small br h1 h2 h3 dl dt dd " +
    "table thead tbody tr th td code mark sub details summary figure figcaption " +
    "ol li form label input svg g path text tspan rect line circle defs clipPath linearGradient stop title")
    .split(" "),
);

function assertClosed(html: string, what: string): void {
  const page = withoutOwnScript(html);
  const found = [...page.matchAll(/<\/?([a-zA-Z][\w:-]*)/g)].map(([, name]) => name);
  assertEquals(found.filter((name) => !ELEMENTS.has(name)), [], what);
  for (const [tag] of page.matchAll(/<[a-z][^>]*>/gi)) {
    // Data in quotes is data: a chart's curves have the names of runs.
    const names = tag.replace(/="[^"]*"/g, '=""');
    assert(!/\son\w+\s*=|\s(src|href|action|formaction)\s*=/i.test(names), `${what}: ${tag}`);
  }
  assertStringIncludes(page, "default-src 'none'", what);
}

async function succeed(...words: string[]): Promise<void> {
  const { code, stderr } = await albertHere(...words);
  assertEquals(code, 0, `${words.join(" ")}\n${stderr}`);
}

/** Documents of short sentences that are markup for the most part. */
function pages(): string {
  const sentences = ["<script>a</script>.", "<img src=x>.", "The <b>cat</b> sat.", "A & B ran."];
  const document = (_: unknown, d: number) =>
    Array.from({ length: 8 }, (_, i) => sentences[(d * i + i) % 4]).join("\n");
  return Array.from({ length: 60 }, document).join("\n\n");
}

function glueFile(animal: string): string {
  const rows = Array.from({ length: 12 }, (_, i) => `${TEXT} ${animal} ${i} ${NAME}\t${i % 2}`);
  return ["sentence\tlabel", ...rows, ""].join("\n");
}

Deno.test({
  name: "markup in data, labels, file names and run names stays text on every page",
  ignore: windows, // whose files cannot have such names
  fn: async () => {
    const root = await Deno.makeTempDir();
    const at = (name: string) => `${root}/${NAME} ${name}`;
    try {
      await Deno.mkdir(at("books"));
      await Deno.writeTextFile(`${at("books")}/${NAME}.txt`, pages());
      await succeed(
        "vocab",
        "train",
        "--input",
        at("books"),
        "--vocab-size",
        "36",
        "--output",
        at("v"),
      );
      await succeed(
        ...["prepare", "--input", at("books"), "--vocab", at("v"), "--output", at("data")],
        ...["--validation-fraction", "0.2", "--stats"],
      );
      for (const run of ["run", "other"]) {
        await succeed(
          ...["pretrain", "--config", "smoke", "--data", at("data"), "--output", at(run)],
          ...["--steps", "4", "--eval-steps", "2", "--eval-examples", "4", "--batch-size", "2"],
          ...["--seed", run === "run" ? "1" : "2", "--device", "cpu"],
        );
      }
      await Deno.mkdir(at("glue"));
      await Deno.writeTextFile(`${at("glue")}/train.tsv`, glueFile("cat"));
      await Deno.writeTextFile(`${at("glue")}/dev.tsv`, glueFile("dog"));
      await succeed(
        ...["finetune", "glue", "--task", "sst-2", "--data", at("glue"), "--checkpoint", at("run")],
        ...["--output", at("tuned"), "--max-steps", "4", "--batch-size", "2", "--eval-steps", "2"],
        ...["--max-seq-length", "24", "--device", "cpu"],
      );
      await succeed("report", at("run"), at("other"), at("tuned"), "--output", at("all.html"));
      const written = ["data/report.html", "run/report.html", "tuned/report.html", "all.html"];
      for (const page of written) assertClosed(await Deno.readTextFile(at(page)), page);
      // It is there, as text.
      const tuned = await Deno.readTextFile(at("tuned/report.html"));
      assertStringIncludes(tuned, "&lt;script&gt;alert(");
      assertStringIncludes(tuned, "onerror=alert(1)&gt;&amp;amp;&#39;");
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});
