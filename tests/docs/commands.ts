/** Finds the commands in a page of `docs`. */

/** A command of a page. */
export interface DocumentedCommand {
  /** Page and line, such as `data.md:12`. */
  place: string;
  /** The words of the command line. */
  words: string[];
  /** Whether its block is marked `sh ignore`, because it takes hours or cannot run twice. */
  ignored: boolean;
}

/** Returns the commands in the `sh` blocks of a page. A backslash at the end of a line continues the command. */
export function documentedCommands(page: string, text: string): DocumentedCommand[] {
  const commands: DocumentedCommand[] = [];
  let fence: { ignored: boolean } | null = null;
  let continued = false;
  for (const [index, line] of text.split("\n").entries()) {
    const info = /^\s*```(.*)$/.exec(line)?.[1].trim();
    if (info !== undefined) {
      fence = fence === null && /^sh\b/.test(info) ? { ignored: info === "sh ignore" } : null;
    } else if (fence !== null && !/^\s*(#|$)/.test(line)) {
      const words = shellWords(line.replace(/\\$/, ""));
      if (continued) commands.at(-1)!.words.push(...words);
      else commands.push({ place: `${page}:${index + 1}`, words, ...fence });
      continued = line.endsWith("\\");
    }
  }
  return commands;
}

/** Splits a command line with quotes and a trailing comment into words. */
function shellWords(line: string): string[] {
  const words = line.match(/'[^']*'|"[^"]*"|#.*$|\S+/g) ?? [];
  return words.filter((word) => !word.startsWith("#")).map((word) =>
    word.replace(/^(['"])(.*)\1$/, "$2")
  );
}
