/**
 * Reads and writes Thrift's compact protocol without a schema (the footer of a Parquet file is such
 * a struct): what is not looked at is written as it was read.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export type Thrift = bigint | boolean | Uint8Array | ThriftList | ThriftMap | Struct

export interface ThriftList {
  /** The code of the type of every item. */
  of: number
  items: Thrift[]
}

export interface ThriftMap {
  keys: number
  values: number
  entries: [Thrift, Thrift][]
}

/** Fields stand in the order of their ids, as they were written. */
export interface Struct {
  fields: { id: number; type: number; value: Thrift }[]
}

const TRUE = 1
const FALSE = 2
const BYTE = 3
const DOUBLE = 7
const BINARY = 8
const LIST = 9
const SET = 10
const MAP = 11
const STRUCT = 12
const LONG_LIST = 15

/** Reads one struct from the beginning of `bytes`. @throws {Error} when it ends in the middle */
export function readStruct(bytes: Uint8Array): Struct {
  let at = 0

  function byte(): number {
    const value = bytes[at++]
    if (value === undefined) throw new Error('the footer ends in the middle')
    return value
  }

  function varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const part = byte()
      value |= BigInt(part & 0x7f) << shift
      if (part < 0x80) return value
    }
  }

  function zigzag(): bigint {
    const value = varint()
    return (value >> 1n) ^ -(value & 1n)
  }

  function take(count: number): Uint8Array {
    if (at + count > bytes.length) throw new Error('the footer ends in the middle')
    at += count
    return bytes.subarray(at - count, at)
  }

  function list(): ThriftList {
    const head = byte()
    const size = head >> 4 === LONG_LIST ? Number(varint()) : head >> 4
    const of = head & 0x0f
    const items: Thrift[] = []
    for (let n = 0; n < size; n += 1) {
      // Within a list, a boolean is a byte.
      items.push(of === TRUE || of === FALSE ? byte() === TRUE : value(of))
    }
    return { of, items }
  }

  function map(): ThriftMap {
    const size = Number(varint())
    const types = size === 0 ? 0 : byte()
    const [keys, values] = [types >> 4, types & 0x0f]
    const entries: [Thrift, Thrift][] = []
    for (let n = 0; n < size; n += 1) entries.push([value(keys), value(values)])
    return { keys, values, entries }
  }

  function struct(): Struct {
    const fields: Struct['fields'] = []
    for (let last = 0; ; ) {
      const head = byte()
      if (head === 0) return { fields }
      const type = head & 0x0f
      const id: number = head >> 4 === 0 ? Number(zigzag()) : last + (head >> 4)
      fields.push({ id, type, value: value(type) })
      last = id
    }
  }

  function value(type: number): Thrift {
    if (type === TRUE || type === FALSE) return type === TRUE
    if (type === BYTE) return BigInt(byte())
    if (type === DOUBLE) return take(8)
    if (type === BINARY) return take(Number(varint()))
    if (type === LIST || type === SET) return list()
    if (type === MAP) return map()
    return type === STRUCT ? struct() : zigzag()
  }

  return struct()
}

/** Writes what `readStruct` has read. */
export function writeStruct(from: Struct): Uint8Array {
  let out = new Uint8Array(64 * 1024)
  let at = 0

  function room(count: number) {
    if (at + count <= out.length) return
    const larger = new Uint8Array(Math.max(out.length * 2, at + count))
    larger.set(out)
    out = larger
  }

  function byte(value: number) {
    room(1)
    out[at++] = value
  }

  function put(bytes: Uint8Array) {
    room(bytes.length)
    out.set(bytes, at)
    at += bytes.length
  }

  function varint(value: bigint) {
    let rest = BigInt.asUintN(64, value)
    for (; rest > 0x7fn; rest >>= 7n) byte(Number(rest & 0x7fn) | 0x80)
    byte(Number(rest))
  }

  const zigzag = (value: bigint) => varint((value << 1n) ^ (value >> 63n))

  function list({ of, items }: ThriftList) {
    byte((Math.min(items.length, LONG_LIST) << 4) | of)
    if (items.length >= LONG_LIST) varint(BigInt(items.length))
    for (const item of items) {
      if (typeof item === 'boolean') byte(item ? TRUE : FALSE)
      else put_(of, item)
    }
  }

  function map({ keys, values, entries }: ThriftMap) {
    varint(BigInt(entries.length))
    if (entries.length > 0) byte((keys << 4) | values)
    for (const [key, value] of entries) {
      put_(keys, key)
      put_(values, value)
    }
  }

  function struct({ fields }: Struct) {
    let last = 0
    for (const { id, type, value } of fields) {
      const code = typeof value === 'boolean' ? (value ? TRUE : FALSE) : type
      const delta = id - last
      byte(((delta > 0 && delta < LONG_LIST ? delta : 0) << 4) | code)
      if (delta <= 0 || delta >= LONG_LIST) zigzag(BigInt(id))
      if (typeof value !== 'boolean') put_(type, value)
      last = id
    }
    byte(0)
  }

  function put_(type: number, value: Thrift) {
    if (typeof value === 'bigint') {
      if (type === BYTE) byte(Number(value))
      else zigzag(value)
    } else if (value instanceof Uint8Array) {
      if (type === BINARY) varint(BigInt(value.length))
      put(value)
    } else if (typeof value === 'boolean') byte(value ? TRUE : FALSE)
    else if ('fields' in value) struct(value)
    else if ('entries' in value) map(value)
    else list(value)
  }

  struct(from)
  return out.subarray(0, at)
}

/** Finds the value of a field. */
export function fieldOf(struct: Struct, id: number): Thrift | undefined {
  return struct.fields.find((field) => field.id === id)?.value
}
