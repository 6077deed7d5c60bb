/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The panel "Use it".
 *
 * @module
 */

/** The panel. */
export function Use() {
  return (
    <section class="card">
      <h2>Use it</h2>
    </section>
  );
}
