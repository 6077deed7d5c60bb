import { assertEquals } from "@std/assert";
import { commandPage } from "../../tasks/docs.ts";
import { ROOT } from "../../tasks/launch/files.ts";

Deno.test("docs/commands.md is up to date: run `deno task docs`", async () => {
  assertEquals(await Deno.readTextFile(`${ROOT}/docs/commands.md`), await commandPage());
});
