// Written by `deno task ship`. Do not edit.
import type { EmbeddedModel } from "../embedded.ts";

export const MODEL: EmbeddedModel | null = {
  sha256: "427db3e6d36b59f34ffffad90644c73fd5a57141492fe261c1d0580cb0c005ab",
  summary: "3 layers of 256 units, 2.0 million parameters, MLM accuracy 29% on held-out books",
  load: async () => (await import("./albert_mini_books/mod.ts")).files,
};
