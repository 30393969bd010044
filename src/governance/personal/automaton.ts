import { lower, type Needle } from './needles'
import type { Hit } from './search'

/*
 * The automaton of Aho and Corasick (1975) finds any number of texts in one pass: a state is a beginning of a needle,
 * and falls back to the longest other beginning that ends where it does.
 */

// Ids of one system share their beginnings, so that a group of 50,000 has fewer. A state takes some 80 bytes.
const MAX_STATES = 1_000_000
const CODES = 65_536

/**
 * @returns a function that finds every needle; of those for which the automaton has no place, only where one is the
 * whole text
 */
export function createAutomaton(needles: readonly Needle[]): (text: string) => Hit[] {
  const next = new Map<number, number>()
  const ending: (Needle[] | undefined)[] = [undefined]
  const parents: number[] = [0]
  const codes: number[] = [0]
  const whole = new Map<string, Needle>()

  for (const needle of needles) {
    const folded = lower(needle.text)
    if (ending.length + folded.length > MAX_STATES) {
      whole.set(needle.isAnyCase ? folded : needle.text, needle)
      continue
    }
    let state = 0
    for (let at = 0; at < folded.length; at += 1) {
      const code = folded.charCodeAt(at)
      let to = next.get(state * CODES + code)
      if (to === undefined) {
        to = ending.push(undefined) - 1
        parents.push(state)
        codes.push(code)
        next.set(state * CODES + code, to)
      }
      state = to
    }
    // Two may differ by the case of their letters.
    ending[state] = [...(ending[state] ?? []), needle]
  }
  const { fail, shorter } = links(next, ending, parents, codes)

  return (text) => {
    const hits: Hit[] = []
    const folded = lower(text)
    const one = whole.get(text) ?? whole.get(folded)
    if (one !== undefined) return [{ start: 0, end: text.length, needle: one }]
    let state = 0
    for (let at = 0; at < folded.length; at += 1) {
      const code = folded.charCodeAt(at)
      let to = next.get(state * CODES + code)
      while (to === undefined && state !== 0) {
        state = fail[state]!
        to = next.get(state * CODES + code)
      }
      state = to ?? 0
      for (let ends = ending[state] ? state : shorter[state]!; ends !== 0; ends = shorter[ends]!) {
        for (const needle of ending[ends]!) {
          const start = at + 1 - needle.text.length
          if (needle.isAnyCase || text.startsWith(needle.text, start)) {
            hits.push({ start, end: at + 1, needle })
          }
        }
      }
    }
    return hits
  }
}

/** Links each state to where it falls back, and to the nearest state behind it at which a needle ends. */
function links(
  next: ReadonlyMap<number, number>,
  ending: readonly unknown[],
  parents: readonly number[],
  codes: readonly number[],
) {
  const fail = new Int32Array(parents.length)
  const shorter = new Int32Array(parents.length)
  for (const state of byDepth(parents)) {
    const parent = parents[state]!
    let back = fail[parent]!
    let to = parent === 0 ? 0 : next.get(back * CODES + codes[state]!)
    while (to === undefined && back !== 0) {
      back = fail[back]!
      to = next.get(back * CODES + codes[state]!)
    }
    fail[state] = to ?? 0
    shorter[state] = ending[fail[state]!] ? fail[state]! : shorter[fail[state]!]!
  }
  return { fail, shorter }
}

/** Lists the states but the root, parents first and each depth after the one before. */
function byDepth(parents: readonly number[]): number[] {
  const depths = new Int32Array(parents.length)
  const order: number[][] = []
  for (let state = 1; state < parents.length; state += 1) {
    const depth = depths[parents[state]!]! + 1
    depths[state] = depth
    order[depth] ??= []
    order[depth].push(state)
  }
  return order.flat()
}
