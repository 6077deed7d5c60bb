/**
 * fast-check with a fixed seed, so that the gate is reproducible. `ALBERT_PROPERTY_SEED=N` sets another seed.
 *
 * @module
 */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(Deno.env.get("ALBERT_PROPERTY_SEED") ?? 20200426) });

export default fc;
