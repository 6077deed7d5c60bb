/** Returns the text of a SQuAD file with one paragraph. */
export function squadFile(
  context: string,
  qas: readonly { id: unknown; question?: string; answers?: unknown }[],
  version: string | null = "v2.0",
): string {
  return JSON.stringify({
    ...(version === null ? {} : { version }),
    data: [{
      title: "A title",
      paragraphs: [{ context, qas: qas.map((qa) => ({ question: "Where?", ...qa })) }],
    }],
  });
}
