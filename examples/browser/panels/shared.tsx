/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Invites a visitor who has opened a link to repeat the run, and asks for a text that the link does not contain.
 *
 * @module
 */
import { attempt, invitation, leaveInvitation, startRun, titleOf } from "../app/state.ts";
import { useEffect, useRef } from "preact/hooks";
import { announce } from "../app/announce.ts";
import { knownHash, ownText, replaceText } from "../app/own_text.ts";
import { readFile } from "../problem.ts";

/** The invitation; nothing if the page was not opened by a link. */
export function Shared() {
  const hash = knownHash.value;
  const wanted = invitation.value?.textHash ?? null;
  const matches = hash === null || wanted === null ? null : hash === wanted;
  const heard = useRef<boolean | null>(null);
  useEffect(() => {
    // The text is unknown for a moment after each change.
    if (matches === null || matches === heard.current) return;
    heard.current = matches;
    announce(matches ? "This is the text of the link." : "This is not the text of the link.");
  }, [matches]);
  if (invitation.value === null) return null;
  const { settings, textHash } = invitation.value;
  const ready = textHash === null || hash === textHash;
  const read = (file: File | undefined) => {
    if (file !== undefined) {
      attempt(async () => replaceText(await readFile(file, (file) => file.text())));
    }
  };
  return (
    <section
      id="shared"
      class="card shared"
      aria-labelledby="shared-title"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        read(event.dataTransfer?.files[0]);
      }}
    >
      <h2 id="shared-title">A shared run</h2>
      <p class="lead">
        {titleOf({ settings })} · {settings.steps} steps · seed{" "}
        {settings.seed}. The run repeats bit for bit on the same kind of device.
      </p>
      {textHash !== null && (
        <p id="shared-text" data-matches={ready}>
          {hash === null && ownText.value !== ""
            ? "Checking the text …"
            : hash === null
            ? `The link does not contain the text. Paste the text below, or choose or drop its file here. Its SHA-256 starts with ${
              short(textHash)
            }.`
            : ready
            ? "This is the text of the link."
            : `This is another text: its SHA-256 starts with ${
              short(hash)
            }, that of the link with ${short(textHash)}.`}
        </p>
      )}
      <div class="buttons">
        {!ready && (
          <>
            <input
              id="shared-file"
              class="visually-hidden"
              type="file"
              accept=".txt,.md,text/plain"
              onChange={(event) => read(event.currentTarget.files?.[0])}
            />
            <label class="button" for="shared-file">Choose the text</label>
          </>
        )}
        <button
          type="button"
          id="shared-start"
          class="primary"
          disabled={!ready}
          onClick={() => attempt(startRun)}
        >
          Start the run
        </button>
        <button type="button" id="shared-leave" onClick={leaveInvitation}>Leave the link</button>
      </div>
    </section>
  );
}

function short(hash: string): string {
  return hash.slice(0, 12);
}
