// Written by `deno task ship`. Do not edit.
import type { EmbeddedFiles } from "../../embedded.ts";
import card from "./card.ts";
import config from "./config.ts";
import vocabulary from "./vocabulary.ts";
import weights_0 from "./weights_0.ts";
import weights_1 from "./weights_1.ts";
import weights_2 from "./weights_2.ts";
import weights_3 from "./weights_3.ts";
import weights_4 from "./weights_4.ts";
import weights_5 from "./weights_5.ts";

export const files: EmbeddedFiles = {
  ...{ config, card, vocabulary },
  weights: [weights_0, weights_1, weights_2, weights_3, weights_4, weights_5],
};
