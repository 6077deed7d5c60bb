/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The panel "Compare".
 *
 * @module
 */

/** The panel. */
export function Compare() {
  return (
    <section class="card">
      <h2>Compare</h2>
    </section>
  );
}
