import { assertEquals } from "@std/assert";
import { commandPage } from "../../tasks/docs.ts";
import { ROOT } from "../../tasks/launch/files.ts";

Deno.test("docs/commands.md is up to date: run `deno task docs`", async () => {
  assertEquals(await Deno.readTextFile(`${ROOT}/docs/commands.md`), await commandPage());
});

Deno.test("every table of docs/commands.md has the same number of cells in all rows", async () => {
  const page = await commandPage();
  // Splits a row as Markdown does: a vertical line ends a cell unless it is escaped, also within code.
  const cells = (row: string) => row.split(/(?<!\\)\|/).length;
  for (const row of page.split("\n").filter((line) => line.startsWith("|"))) {
    assertEquals(cells(row), cells("| Option | Meaning | Default |"), row);
  }
});
