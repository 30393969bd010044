import { createHash } from 'node:crypto'

/** Numbers that look drawn at random, and are the same for the same names. */
export interface Random {
  /** Draws a number from 0 to below 1. */
  number(): number
  /** Draws a whole number, both ends included. */
  whole(from: number, to: number): number
  /** Tells whether something of this probability happens. */
  chance(probability: number): boolean
  /** @throws {RangeError} when the list is empty */
  pick<Item>(list: readonly Item[]): Item
  /** Draws from around a mean; nearly all are within two spreads of it. */
  around(mean: number, spread: number): number
}

/**
 * Makes a stream of numbers of its own for each set of names, so that one more learner changes
 * nothing of what the others do.
 */
export function randomOf(...names: (string | number)[]): Random {
  const seed = createHash('sha256').update(names.join('\0')).digest()
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => seed.readInt32LE(at)) as Four

  // This is sfc32, "small fast counting" by Chris Doty-Humphrey, of 32 bits.
  function number(): number {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 2 ** 32
  }

  const whole = (from: number, to: number) => from + Math.floor(number() * (to - from + 1))
  return {
    number,
    whole,
    chance: (probability) => number() < probability,
    pick(list) {
      if (list.length === 0) throw new RangeError('There is nothing to pick from.')
      return list[whole(0, list.length - 1)]!
    },
    // The sum of three uniform numbers is near enough to a bell.
    around: (mean, spread) => mean + (number() + number() + number() - 1.5) * 2 * spread,
  }
}

type Four = [number, number, number, number]

/**
 * Makes a UUID from what it is the name of. It has the form of version 4, as senders of Caliper
 * should have it (1.2, 4.2).
 */
export function uuidOf(...names: (string | number)[]): string {
  const hash = createHash('sha256').update(names.join('\0')).digest().subarray(0, 16)
  hash[6] = (hash[6]! & 0x0f) | 0x40
  hash[8] = (hash[8]! & 0x3f) | 0x80
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
