/**
 * Matches the tokens and names of the files next to a vocabulary with the vocabulary.
 *
 * @module
 */
import type { AddedToken } from "./pipeline/added_tokens.ts";
import type { LengthBlocks } from "./pipeline/length_blocks.ts";
import { PipelineSegmenter, type TokenizerJson } from "./pipeline/pipeline_segmenter.ts";
import type { LayoutTokens } from "./pipeline/post_processor.ts";
import type { Segmenter } from "./segmenter.ts";
import {
  ALBERT_SPECIAL_TOKENS,
  BERT_SPECIAL_TOKENS,
  type SpecialTokens,
} from "./special_tokens.ts";
import type { TokenizerOptions } from "./tokenizer_options.ts";
import { WordPieceSegmenter } from "./wordpiece_segmenter.ts";

/** The tokens that a segmenter does not find itself, with their ids. */
export function addedTo(
  segmenter: Segmenter,
  names: SpecialTokens,
  { addedTokens = [] }: TokenizerOptions,
): AddedToken[] {
  const core = Object.values(names);
  const find = (content: string) => segmenter.pieceToId(content);
  let next = segmenter.pieces.length;
  const numbered = addedTokens.map((token) => {
    const known = find(token.content);
    if (known === undefined) next = Math.max(next, token.id + 1);
    return token.id >= 0 ? token : { ...token, id: known ?? next++ };
  });
  // The tokenizer finds the special pieces of the vocabulary itself, without flags.
  const hasFlags = ({ special, single_word, rstrip, normalized }: AddedToken) =>
    special && (single_word || rstrip || normalized);
  return numbered.filter((token) =>
    !core.includes(token.content) || find(token.content) === undefined || hasFlags(token)
  );
}

/** Adds the tokens of the files next to it to a `tokenizer.json`. */
export function withTokens(
  file: TokenizerJson,
  { addedTokens = [] }: TokenizerOptions,
  source: string,
): TokenizerJson {
  if (addedTokens.length === 0) return file;
  const tokens = [...file.added_tokens ?? []] as AddedToken[];
  const { vocab } = file.model;
  const size = Array.isArray(vocab) ? vocab.length : Object.keys(vocab as object).length;
  const idInVocabulary = (content: string): number | undefined => {
    if (!Array.isArray(vocab)) return (vocab as Record<string, number>)[content];
    const id = vocab.findIndex((entry) => entry?.[0] === content);
    return id < 0 ? undefined : id;
  };
  for (const token of addedTokens) {
    const known = tokens.find(({ content }) => content === token.content);
    const next = Math.max(size - 1, ...tokens.map(({ id }) => id)) + 1;
    const expected = known?.id ?? idInVocabulary(token.content) ?? next;
    if (token.id >= 0 && token.id !== expected) {
      throw new TypeError(
        `Cannot use ${source}: the token ${token.content} has id ${expected} there, and ` +
          `${token.id} in the files next to it`,
      );
    }
    if (known === undefined) tokens.push({ ...token, id: expected });
  }
  return { ...file, added_tokens: tokens };
}

/** The names of the special pieces of a `tokenizer.json`. */
export function namesOf(
  segmenter: Segmenter,
  layout: LayoutTokens | null,
  { padding }: LengthBlocks,
  { specialTokens }: TokenizerOptions,
  source: string,
): SpecialTokens {
  const isWordPiece = segmenter instanceof WordPieceSegmenter ||
    (segmenter instanceof PipelineSegmenter && !Array.isArray(segmenter.file.model.vocab));
  const defaults = isWordPiece ? BERT_SPECIAL_TOKENS : ALBERT_SPECIAL_TOKENS;
  const unk = segmenter.pieces[segmenter.unknownId] ?? defaults.unk;
  const pad = (padding?.pad_token ?? defaults.pad) as string;
  const names = { ...defaults, unk, pad, ...layout, ...specialTokens };
  for (const [name, value] of Object.entries({ unk, ...layout })) {
    if (names[name as keyof SpecialTokens] === value) continue;
    throw new TypeError(
      `Cannot use ${source}: ${name}_token is ${names[name as keyof SpecialTokens]} in the files ` +
        `next to it, and ${value} in tokenizer.json`,
    );
  }
  return names;
}
