import { assertEquals } from "@std/assert";
import { Command } from "../../tasks/airgap/cliffy_command/command.ts";
import { CompletionsCommand } from "../../tasks/airgap/cliffy_command/completions.ts";

/** The completion script of a program with a command that has an option with a value. */
async function script(): Promise<string> {
  const program = new Command().name("albert")
    .command("train", new Command().option("--config <name:string>", "").option("--steps", ""))
    .command("completions", new CompletionsCommand());
  const { log } = console;
  let text = "";
  console.log = (line: string) => void (text += line);
  try {
    await program.parse(["completions", "bash"]);
  } finally {
    console.log = log;
  }
  return text;
}

Deno.test({
  name: "completions of the stand-in complete commands, and options after the value of an option",
  ignore: Deno.build.os === "windows",
  async fn() {
    const complete = async (...words: string[]) => { // COMP_WORDS, as Bash sets it
      const lines = [
        await script(),
        `COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}`,
        '_albert; echo "${COMPREPLY[*]}"',
      ];
      const { stdout } = await new Deno.Command("bash", { args: ["-c", lines.join("\n")] })
        .output();
      return new TextDecoder().decode(stdout).trim();
    };
    assertEquals(await complete("albert", "tr"), "train");
    assertEquals(await complete("albert", "train", "--c"), "--config");
    assertEquals(await complete("albert", "train", "--config", "nano", "--st"), "--steps");
    assertEquals(await complete("albert", "completions", "f"), "fish");
  },
});
