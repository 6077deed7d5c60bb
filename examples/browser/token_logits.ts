import { type Albert, maskedLanguageLogits } from "@albert-lab/albert";

/** Logits of the masked-LM head for each token of a text. */
export interface TokenLogits {
  /** The pieces, including `[CLS]` and `[SEP]`. */
  tokens: string[];
  /** The logits, of shape `[tokens, vocabulary]`. */
  values: number[];
}

/** Runs the encoder and the head, as `fillMask` does. */
export async function tokenLogits(albert: Albert, text: string): Promise<TokenLogits> {
  const { device, encoder, tokenizer } = albert;
  const { ids } = tokenizer.encodePair(text, undefined, { specialTokens: true });
  const { sequenceOutput } = encoder.forward({ device }, {
    batch: 1,
    sequence: ids.length,
    inputIds: Uint32Array.from(ids),
    tokenTypeIds: new Uint32Array(ids.length),
    lengths: Uint32Array.of(ids.length),
  });
  const everyToken = Uint32Array.from(ids.keys());
  const logits = maskedLanguageLogits({ device }, encoder, sequenceOutput, everyToken);
  // Rows may be padded: they are `pitch` elements apart and have `columns` elements.
  const { view, columns, pitch } = logits;
  const padded = await device.read(view);
  const values = ids.flatMap((_, row) => [...padded.subarray(row * pitch, row * pitch + columns)]);
  return { tokens: ids.map((id) => tokenizer.idToPiece(id)), values };
}
