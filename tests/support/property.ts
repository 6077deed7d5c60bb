/**
 * fast-check with a seed, so that the gate judges a change and not the draw. `ALBERT_PROPERTY_SEED=N` draws others.
 *
 * @module
 */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(Deno.env.get("ALBERT_PROPERTY_SEED") ?? 20200426) });

export default fc;
