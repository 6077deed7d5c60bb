/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Downloads the model of a run.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { attempt, call, type RunView } from "../app/state.ts";
import { encodeLink } from "../link.ts";

/** A button that saves the model as the zip file of a Hugging Face folder. */
export function Download({ view }: { readonly view: RunView }) {
  const busy = useSignal(false);
  const download = async () => {
    busy.value = true;
    try {
      const folder = folderOf(view);
      const zip = await call("zip", { run: view.run, folder, card: await cardOf(view) });
      save(`${folder}.zip`, new Blob([zip], { type: "application/zip" }));
    } finally {
      busy.value = false;
    }
  };
  return (
    <>
      <div class="buttons">
        <button
          type="button"
          id="download"
          class="primary"
          disabled={busy.value}
          onClick={() => attempt(download)}
        >
          {busy.value ? "Packing …" : "Download the model"}
        </button>
      </div>
      <small>A zip file of a folder that transformers and albert open.</small>
    </>
  );
}

/** Name of the folder: the text, the size and the number of steps. */
function folderOf({ settings: { text, size }, points }: RunView): string {
  return `albert-${text}-${size}-${points.at(-1)?.step ?? 0}`;
}

/** The model card. */
async function cardOf(view: RunView): Promise<string> {
  const { settings, facts, points } = view;
  const folder = folderOf(view);
  const { step = 0, maskedAccuracy } = points.at(-1) ?? {};
  const accuracy = maskedAccuracy === undefined
    ? ""
    : ` Accuracy of masked tokens in the last batch: ${(100 * maskedAccuracy).toFixed(1)}%.`;
  const saved = (await call("saved")).find(({ run }) => run === view.run);
  const link = encodeLink({ settings, textHash: saved?.textHash ?? null });
  const sentence = settings.text === "farm"
    ? "The cow sleeps in the [MASK]."
    : "Write a sentence with a [MASK].";
  const parameters = facts === null
    ? ""
    : `, ${facts.totalParameters.toLocaleString("en")} parameters`;
  return `---
library_name: transformers
pipeline_tag: fill-mask
---

# ${folder}

An ALBERT${parameters}, trained for ${step} steps in a browser tab.${accuracy}

\`\`\`python
from transformers import pipeline

fill = pipeline("fill-mask", "${folder}")
print(fill("${sentence}"))
\`\`\`

\`\`\`sh
albert predict fill-mask --checkpoint ${folder} '${sentence}'
\`\`\`

Settings, as in the link that repeats the run: \`#${link}\`
`;
}

function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser reads the file after this task.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
