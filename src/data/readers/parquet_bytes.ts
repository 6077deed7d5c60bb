/**
 * Bytes of Parquet files with every length checked: integers, and structures of Thrift.
 *
 * @module
 */

/** Fields of a Thrift structure by id. Values other than i32, booleans and structures are left out. */
export type ThriftFields = Map<number, number | boolean | ThriftFields>;

/** Reads bytes up to an end; reading past it throws. */
export class Reader {
  constructor(readonly bytes: Uint8Array, public offset = 0, readonly end = bytes.length) {
    if (end > bytes.length || offset > end) throw new Error("a length exceeds its page");
  }

  get left(): number {
    return this.end - this.offset;
  }

  skip(count: number): void {
    if (!(count >= 0 && count <= this.left)) throw new Error("a length exceeds its data");
    this.offset += count;
  }

  byte(): number {
    this.skip(1);
    return this.bytes[this.offset - 1];
  }

  /** Reads a 4-byte length, and returns a reader of as many bytes; continues behind them. */
  block(): Reader {
    const length = this.byte() + this.byte() * 2 ** 8 + this.byte() * 2 ** 16 +
      this.byte() * 2 ** 24;
    const start = this.offset;
    this.skip(length);
    return new Reader(this.bytes, start, this.offset);
  }

  /** Skips an integer of any size up to 64 bits. */
  skipVarint(): void {
    for (let length = 1; this.byte() & 0x80; length++) {
      if (length === 10) throw new Error("an integer has more than 64 bits");
    }
  }

  /** Reads an unsigned integer of 32 bits. */
  varint(): number {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value >= 2 ** 32 || scale > 2 ** 28) throw new Error("an integer has more than 32 bits");
      if (byte < 0x80) return value;
    }
  }

  zigzag(): number {
    const value = this.varint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** The low 32 bits of the value at a bit offset from here. */
  bits(bitOffset: number, width: number): number {
    let value = 0;
    for (let read = 0; read < Math.min(width, 32);) {
      const place = bitOffset + read;
      const count = Math.min(8 - place % 8, width - read);
      const byte = this.bytes[this.offset + Math.floor(place / 8)] ?? 0;
      value |= ((byte >>> place % 8) & ((1 << count) - 1)) << read;
      read += count;
    }
    return value;
  }
}

/**
 * Checks that every length in a structure of Thrift's compact protocol is within the data.
 *
 * @param bytes Data that begins with the structure.
 * @throws {Error} If it is damaged.
 */
export function checkThrift(bytes: Uint8Array): void {
  readStruct(new Reader(bytes), 0);
}

export function readStruct(reader: Reader, depth: number): ThriftFields {
  const fields: ThriftFields = new Map();
  for (let id = 0;;) {
    const header = reader.byte();
    const type = header & 15;
    if (type === 0) return fields;
    id = header >> 4 ? id + (header >> 4) : reader.zigzag();
    const value = type < 3 ? type === 1 : readElement(reader, type, depth + 1);
    if (value === undefined) fields.delete(id);
    else fields.set(id, value);
  }
}

function readElement(
  reader: Reader,
  type: number,
  depth: number,
): number | ThriftFields | undefined {
  if (depth > 64) throw new Error("its metadata is nested too deeply");
  switch (type) {
    case 3:
      return void reader.skip(1);
    case 4:
    case 5:
      return reader.zigzag();
    case 6:
      return void reader.skipVarint();
    case 7:
      return void reader.skip(8);
    case 8:
      return void reader.skip(reader.varint());
    case 9: {
      const header = reader.byte();
      const size = header >> 4 === 15 ? reader.varint() : header >> 4;
      if (size > reader.left) throw new Error("a list exceeds its data");
      const element = header & 15;
      for (let i = 0; i < size; i++) readElement(reader, element < 3 ? 3 : element, depth + 1);
      return;
    }
    case 12:
      return readStruct(reader, depth);
    default:
      throw new Error(`its metadata has a value of the unknown type ${type}`);
  }
}
