/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The panel "Look inside".
 *
 * @module
 */

/** The panel. */
export function Inside() {
  return (
    <section class="card">
      <h2>Look inside</h2>
    </section>
  );
}
