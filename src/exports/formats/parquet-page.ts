import type { ExportField } from '../fields'

/** Writes the values of a column: which are there, then those that are, as `PLAIN` has them. */
export function plainPage(
  type: ExportField['type'],
  values: readonly unknown[],
): { bytes: Uint8Array; nulls: number } {
  const there = values.filter((value) => value !== undefined && value !== null)
  const bytes = Buffer.concat([levelsOf(values), valuesOf(type, there)])
  return { bytes, nulls: values.length - there.length }
}

/** Says of each value whether it is there: eight a byte, in one run (RLE with a width of one bit). */
function levelsOf(values: readonly unknown[]): Uint8Array {
  const bytes = Math.ceil(values.length / 8)
  const bits = Buffer.alloc(bytes)
  for (const [at, value] of values.entries()) {
    if (value !== undefined && value !== null) bits[at >> 3]! |= 1 << (at & 7)
  }
  const run = varint(bytes * 2 + 1)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(run.length + bytes)
  return Buffer.concat([length, run, bits])
}

function varint(value: number): Buffer {
  const out: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) out.push((rest & 0x7f) | 0x80)
  out.push(rest)
  return Buffer.from(out)
}

function valuesOf(type: ExportField['type'], values: readonly unknown[]): Uint8Array {
  if (type === 'string' || type === 'strings') return textsOf(values.map(textOf))
  if (type === 'boolean') return bitsOf(values)
  const out = Buffer.alloc(values.length * 8)
  for (const [at, value] of values.entries()) {
    if (type === 'double') out.writeDoubleLE(Number(value), at * 8)
    else
      out.writeBigInt64LE(wholeOf(type === 'timestamp' ? Date.parse(String(value)) : value), at * 8)
  }
  return out
}

function wholeOf(value: unknown): bigint {
  return typeof value === 'bigint' ? value : BigInt(Math.trunc(Number(value)))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function textsOf(texts: readonly string[]): Uint8Array {
  const sizes = texts.map((text) => Buffer.byteLength(text))
  const out = Buffer.alloc(sizes.reduce((sum, size) => sum + 4 + size, 0))
  let at = 0
  for (const [one, text] of texts.entries()) {
    at = out.writeUInt32LE(sizes[one]!, at)
    at += out.write(text, at)
  }
  return out
}

function bitsOf(values: readonly unknown[]): Uint8Array {
  const out = Buffer.alloc(Math.ceil(values.length / 8))
  for (const [at, value] of values.entries()) if (value === true) out[at >> 3]! |= 1 << (at & 7)
  return out
}
