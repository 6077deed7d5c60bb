/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The layout of the page: a header, tabs, and one panel at a time.
 *
 * @module
 */
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Compare } from "../panels/compare.tsx";
import { Inside } from "../panels/inside.tsx";
import { Land } from "../panels/land.tsx";
import { Train } from "../panels/train.tsx";
import { Use } from "../panels/use.tsx";
import { announcement } from "./announce.ts";
import { device, deviceFailed, focusPanel, notice, shownPanel } from "./state.ts";

/** The panels by the name of their tab, in order. */
const PANELS: Readonly<Record<string, { readonly title: string; readonly Panel: ComponentType }>> =
  {
    fill: { title: "Fill", Panel: Land },
    train: { title: "Train", Panel: Train },
    inside: { title: "Inside", Panel: Inside },
    compare: { title: "Compare", Panel: Compare },
    use: { title: "Use", Panel: Use },
  };

/** The page. */
export function App() {
  const { Panel } = PANELS[shownPanel.value];
  const before = useRef(shownPanel.value);
  useEffect(() => {
    scrollTo(0, 0);
    const changed = before.current !== shownPanel.value;
    before.current = shownPanel.value;
    // The button that showed the panel may be gone.
    if (changed && document.activeElement === document.body) focusPanel();
  }, [shownPanel.value]);
  return (
    <>
      <header class="top">
        <h1>
          <img src="icon.svg" alt="" width="28" height="28" /> ALBERT playground
        </h1>
        <Tabs />
        <Device />
        <Notice />
        <Announcement />
      </header>
      <main>
        <div id="panel" role="tabpanel" aria-labelledby={`tab-${shownPanel.value}`} tabIndex={-1}>
          <Panel />
        </div>
      </main>
    </>
  );
}

/** The tabs. Arrow keys move between them. */
function Tabs() {
  const names = Object.keys(PANELS);
  const onKeyDown = (event: KeyboardEvent) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move === undefined) return;
    const next = names[(names.indexOf(shownPanel.value) + move + names.length) % names.length];
    shownPanel.value = next;
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Panels" onKeyDown={onKeyDown}>
      {names.map((name) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-controls="panel"
          aria-selected={name === shownPanel.value}
          tabIndex={name === shownPanel.value ? 0 : -1}
          onClick={() => {
            shownPanel.value = name;
            notice.value = null;
          }}
        >
          {PANELS[name].title}
        </button>
      ))}
    </div>
  );
}

/** Which device computes. */
function Device() {
  const info = device.value;
  return (
    <p id="device" class="device" data-kind={info?.kind} title={info?.notice ?? undefined}>
      {info === null
        ? deviceFailed.value ? "No device" : "Opening a device …"
        : info.kind === "webgpu"
        ? `WebGPU: ${info.adapter}`
        : info.adapter}
    </p>
  );
}

/** What screen readers announce in addition to errors. The only region of the page that they follow, so that they do not read each step. */
function Announcement() {
  const { text, number } = announcement.value;
  return (
    <p id="announcement" class="visually-hidden" role="status">
      <span key={number}>{text}</span>
    </p>
  );
}

/** The last error, for screen readers too. The header stays visible. */
function Notice() {
  return (
    <p class="notice" role="alert" hidden={notice.value === null}>
      {notice}
    </p>
  );
}
