import { type Albert, maskedLanguageLogits } from "@albert-lab/albert";

/** What the masked language head says of every token of a text. */
export interface TokenLogits {
  /** Pieces, `[CLS]` and `[SEP]` included. */
  tokens: string[];
  /** `[tokens, vocabulary]`, row by row. */
  values: number[];
}

/** Runs encoder and head by hand, one level below `fillMask`. */
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
  // Rows may be padded: `pitch` numbers apart, `columns` of them meant.
  const { view, columns, pitch } = logits;
  const padded = await device.read(view);
  const values = ids.flatMap((_, row) => [...padded.subarray(row * pitch, row * pitch + columns)]);
  return { tokens: ids.map((id) => tokenizer.idToPiece(id)), values };
}
