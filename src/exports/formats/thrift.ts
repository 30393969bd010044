/**
 * Writes structs in Thrift's compact protocol, field by field.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export interface ThriftWriter {
  i32(id: number, value: number): void
  i64(id: number, value: number): void
  bool(id: number, value: boolean): void
  text(id: number, value: string): void
  struct(id: number, write: () => void): void
  /** Writes a list of structs, one for each time that `write` is called. */
  structs(id: number, count: number, write: (at: number) => void): void
  i32s(id: number, values: readonly number[]): void
  texts(id: number, values: readonly string[]): void
  /** Ends the struct. @returns all that was written */
  end(): Uint8Array
}

const TRUE = 1
const FALSE = 2
const I32 = 5
const I64 = 6
const BINARY = 8
const LIST = 9
const STRUCT = 12
// A size or a step between ids that does not fit into four bits is written after them.
const LONG = 15
const FIRST_BYTES = 4096

export function thriftWriter(): ThriftWriter {
  let out = Buffer.alloc(FIRST_BYTES)
  let at = 0
  let last = 0

  function room(bytes: number) {
    if (at + bytes <= out.length) return
    const larger = Buffer.alloc(Math.max(out.length * 2, at + bytes))
    out.copy(larger, 0, 0, at)
    out = larger
  }

  function byte(value: number) {
    room(1)
    out[at++] = value
  }

  /** Writes a whole number up to 2^53, which shifts of 32 bits would cut. */
  function varint(value: number) {
    let rest = value
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) byte((rest % 0x80) | 0x80)
    byte(rest)
  }

  // Nothing here is negative, and zigzag is twice the number then.
  const whole = (value: number) => varint(value * 2)

  function bytesOf(text: string) {
    const length = Buffer.byteLength(text)
    varint(length)
    room(length)
    at += out.write(text, at)
  }

  function field(id: number, type: number) {
    const step = id - last
    if (step > 0 && step < LONG) byte((step << 4) | type)
    else {
      byte(type)
      whole(id)
    }
    last = id
  }

  function list(id: number, count: number, of: number) {
    field(id, LIST)
    byte((Math.min(count, LONG) << 4) | of)
    if (count >= LONG) varint(count)
  }

  function inner(write: () => void) {
    const before = last
    last = 0
    write()
    byte(0)
    last = before
  }

  return {
    i32(id, value) {
      field(id, I32)
      whole(value)
    },
    i64(id, value) {
      field(id, I64)
      whole(value)
    },
    bool: (id, value) => field(id, value ? TRUE : FALSE),
    text(id, value) {
      field(id, BINARY)
      bytesOf(value)
    },
    struct(id, write) {
      field(id, STRUCT)
      inner(write)
    },
    structs(id, count, write) {
      list(id, count, STRUCT)
      for (let one = 0; one < count; one += 1) inner(() => write(one))
    },
    i32s(id, values) {
      list(id, values.length, I32)
      for (const value of values) whole(value)
    },
    texts(id, values) {
      list(id, values.length, BINARY)
      for (const value of values) bytesOf(value)
    },
    end() {
      byte(0)
      return out.subarray(0, at)
    },
  }
}
