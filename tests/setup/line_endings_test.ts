// Line endings of a clone, which Git for Windows converts to CRLF unless .gitattributes prevents it.
import { assert, assertEquals } from "@std/assert";
import { ROOT } from "../../tasks/launch/files.ts";

/** Lists the tracked files with their line endings and attributes. Null without git or without a repository. */
async function trackedFiles(): Promise<string[] | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", ROOT, "ls-files", "--eol"],
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim().split("\n") : null;
  } catch {
    return null;
  }
}

const files = await trackedFiles();

Deno.test({
  name: "text files have LF in every clone, whatever core.autocrlf is",
  ignore: files === null,
  fn() {
    assert(files!.length > 1000);
    const wrong = files!.filter((line) =>
      !/^i\/(lf|none) .* attr\/text=auto eol=lf\s*\t/.test(line) &&
      !/^i\/-text .* attr\/-text\s*\t/.test(line)
    );
    assertEquals(wrong, []);
  },
});
