/**
 * CRC-32C (Castagnoli), and the masked form that TensorFlow's record files use.
 *
 * @module
 */

/** The polynomial 0x1EDC6F41, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/**
 * The CRC-32C of some bytes.
 *
 * @param bytes What to sum.
 * @returns An unsigned 32-bit number; 0xe3069283 for the ASCII digits 1 to 9.
 */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * The sum as record files keep it: rotated right by 15 bits plus a constant, because a CRC over data that holds CRCs is weak.
 *
 * Source: tensorflow/core/lib/hash/crc32c.h.
 *
 * @param bytes What to sum.
 * @returns An unsigned 32-bit number.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
