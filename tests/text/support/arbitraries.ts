import fc from "../../support/property.ts";

/** Any code point, lone surrogates too; half of them below U+3000. */
export const anyCharacter: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: 0, max: 0x2fff }),
  fc.integer({ min: 0, max: 0x10ffff }),
).map((code) => String.fromCodePoint(code));

/** Text of {@link anyCharacter}. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  return fc.array(anyCharacter, { maxLength }).map((characters) => characters.join(""));
}
