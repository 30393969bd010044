/** Draws are the same each time for the same seed, so that a bill of samples is, too. */
export interface Draw {
  /** A whole number from 0 to below `count`. */
  below(count: number): number
  of<Item>(items: readonly Item[]): Item
  /** So many hexadecimal digits. */
  hex(digits: number): string
  uuid(): string
}

/** Makes draws by Mulberry32, a generator of 32 bits. @param seed a whole number */
export function drawFrom(seed: number): Draw {
  let state = seed
  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number) => Math.floor(next() * count)
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => below(16).toString(16)).join('')
  return {
    below,
    of: (items) => items[below(items.length)]!,
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  }
}
