// Written by `deno task ship`. Do not edit.
import type { EmbeddedModel } from "../embedded.ts";

export const MODEL: EmbeddedModel | null = null;
