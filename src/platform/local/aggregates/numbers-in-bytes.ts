/** Writes whole numbers of any size up to 2^53 in as few bytes as they need (LEB128). */
export function createNumberWriter(room = 256) {
  let bytes = new Uint8Array(room)
  let length = 0

  return {
    length: () => length,

    put(value: number) {
      // A number of 53 bits has eight bytes.
      if (length + 8 > bytes.length) {
        const larger = new Uint8Array(bytes.length * 2)
        larger.set(bytes)
        bytes = larger
      }
      let rest = value
      while (rest > 0x7f) {
        bytes[length++] = (rest % 0x80) | 0x80
        rest = Math.floor(rest / 0x80)
      }
      bytes[length++] = rest
    },

    append(more: Uint8Array) {
      if (length + more.length > bytes.length) {
        const larger = new Uint8Array(Math.max(bytes.length * 2, length + more.length))
        larger.set(bytes)
        bytes = larger
      }
      bytes.set(more, length)
      length += more.length
    },

    /** Gives a copy of what was written, and begins anew. */
    take(): Uint8Array {
      const taken = bytes.slice(0, length)
      length = 0
      return taken
    },
  }
}

export type NumberWriter = ReturnType<typeof createNumberWriter>

/** Reads what was written, one number after the other. */
export class NumberReader {
  readonly bytes: Uint8Array
  /** The next number begins here. */
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  hasMore(): boolean {
    return this.at < this.bytes.length
  }

  next(): number {
    const { bytes } = this
    let byte = bytes[this.at++]!
    // Nearly all are small.
    if (byte < 0x80) return byte
    let value = byte & 0x7f
    let unit = 0x80
    do {
      byte = bytes[this.at++]!
      value += (byte & 0x7f) * unit
      unit *= 0x80
    } while (byte >= 0x80)
    return value
  }
}
