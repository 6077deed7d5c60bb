/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The playground: trains a small ALBERT in a browser tab, looks inside, and uses it.
 *
 *     deno task playground
 *
 * `?device=cpu` does not use WebGPU, and `?device=webgpu` also uses a software adapter.
 *
 * @module
 */
import { render } from "preact";
import { App } from "./app/app.tsx";
import { attempt, call, start } from "./app/state.ts";

navigator.serviceWorker?.register(new URL("./isolation.js", import.meta.url)).then(async () => {
  // A static host does not isolate the page. The service worker does, from the first load after it is active.
  await navigator.serviceWorker.ready;
  if (!crossOriginIsolated && sessionStorage.getItem("isolated") === null) {
    sessionStorage.setItem("isolated", "tried");
    location.reload();
  }
}).catch(() => {}); // Without isolation, the CPU device uses one thread.

/** Sends a request to the worker of the page. For tests and the console: `(await import("./main.js")).call("saved")`. */
export { call };

render(<App />, document.querySelector("#app")!);
attempt(start);
