// Executes the cells of examples/notebook.ipynb in Deno, and checks what a notebook would display.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ROOT } from "../../tasks/launch/files.ts";
import { prepareConfig } from "../../tasks/launch/config.ts";

interface Notebook {
  cells: { cell_type: "code" | "markdown"; source: string[]; outputs?: unknown[] }[];
}

/** The cells as one module. A last line that is an expression, such as `run;`, is the result of its cell. */
function moduleOf({ cells }: Notebook): string {
  const code = cells.filter(({ cell_type }) => cell_type === "code").map(({ source }) => source);
  const parts = code.map((lines) => {
    const [, result] = /^((?!await\b)\w.*);$/.exec(lines.at(-1)!) ?? [, "undefined"];
    const statements = result === "undefined" ? lines : lines.slice(0, -1);
    return `${statements.join("")}\nshow(${result});`;
  });
  return `${parts.join("\n")}
function show(value: unknown): void {
  const object = Object(value);
  const display = object[Symbol.for("Jupyter.display")];
  const bundle = display === undefined ? null : display.call(object);
  console.log("cell " + JSON.stringify(bundle ?? { "text/plain": String(value) }));
}
`;
}

Deno.test("the cells of the example notebook run, and their results have displays", async () => {
  const text = await Deno.readTextFile(`${ROOT}/examples/notebook.ipynb`);
  const notebook: Notebook = JSON.parse(text);
  for (const { outputs = [] } of notebook.cells) assertEquals(outputs, [], "it has no outputs");
  const config = await prepareConfig(() => {});
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", "--ext=ts", ...config.flags, "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(moduleOf(notebook)));
  await writer.close();
  const { code, stdout, stderr } = await process.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const displays: Record<string, string>[] = new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.startsWith("cell "))
    .map((line) => JSON.parse(line.slice("cell ".length)));
  const [, shards, run, curve, comparison, model, masks] = displays;
  assertStringIncludes(shards["text/html"], "<th>tokens</th>");
  assertStringIncludes(run["text/plain"], "Pretraining of a small ALBERT");
  assertStringIncludes(run["text/html"], "<iframe srcdoc=");
  assertStringIncludes(curve["image/svg+xml"], "<svg");
  assertStringIncludes(comparison["text/html"], "Comparison of 2 runs");
  assertStringIncludes(model["text/plain"], "layers: 2 of 64 units, 4 heads");
  assertEquals(masks["text/plain"].split("\n").length, 6, "a header and five candidates");
  assert(displays.every((bundle) => typeof bundle["text/plain"] === "string"));
});
