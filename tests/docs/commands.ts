/** The commands in a page of `docs`. */

/** One command of a page, as words. */
export interface DocumentedCommand {
  /** `data.md:12` */
  place: string;
  words: string[];
  /** Its fence says `sh ignore`: it takes hours, or cannot run twice. */
  ignored: boolean;
}

/** The commands in the `sh` blocks of a page: one a line, without comments. */
export function documentedCommands(page: string, text: string): DocumentedCommand[] {
  const commands: DocumentedCommand[] = [];
  let fence: { ignored: boolean } | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    const info = /^\s*```(.*)$/.exec(line)?.[1].trim();
    if (info !== undefined) {
      fence = fence === null && /^sh\b/.test(info) ? { ignored: info === "sh ignore" } : null;
    } else if (fence !== null && !/^\s*(#|$)/.test(line)) {
      commands.push({ place: `${page}:${index + 1}`, words: shellWords(line), ...fence });
    }
  }
  return commands;
}

/** Words of a command line with quotes and a comment at its end; nothing else of a shell. */
function shellWords(line: string): string[] {
  const words = line.match(/'[^']*'|"[^"]*"|#.*$|\S+/g) ?? [];
  return words.filter((word) => !word.startsWith("#")).map((word) =>
    word.replace(/^(['"])(.*)\1$/, "$2")
  );
}
