import type { PathStep } from '../policy/json-path'
import type { Policy, Treatment } from '../policy/policy'
import type { Known } from './known'
import type { Needles } from './needles'

/** Rank of a treatment: the higher, the less is left. 0 leaves a value as it is. */
export const ranks: Readonly<Record<Treatment, number>> = {
  pseudonymise: 1,
  generalise: 2,
  drop: 3,
}
export const PSEUDONYM = 1
export const DROP = 3

/** It says what is done to the places of an item, and where what was found is put. */
export interface Work {
  known: Known
  /** The rank for every declared place. */
  declared: number
  /** If true, what links events for a while is taken out as well. */
  isAnonymous: boolean
  paths: readonly { path: readonly PathStep[]; rank: number }[]
  addresses: Policy['addresses']
  pseudonymOf(id: string): string
  needles: Needles
  /** Values that were taken out, and what others became. */
  gone: Set<unknown>
  became: Map<unknown, string | number>
  /** Ids of people, as they were met. */
  people: Set<string>
}

/** It is what an object says of one person, so that a name beside an id is replaced by the person's pseudonym. */
export interface Loose {
  names: string[] | undefined
  /** The pseudonym of the person whose id stands there. */
  urn: string | undefined
  /** Ids of several people stand there, so that nobody knows whose the names are. */
  isMixed: boolean
}

export function newLoose(): Loose {
  return { names: undefined, urn: undefined, isMixed: false }
}

export function addLooseName(loose: Loose, name: string): void {
  loose.names ??= []
  loose.names.push(name)
}

export function addLooseUrn(loose: Loose, urn: string): void {
  if (loose.urn !== undefined && loose.urn !== urn) loose.isMixed = true
  loose.urn = urn
}

/** Returns what is known of the object in a cell, from the first member of it on. */
export function looseOf(all: Map<number, Loose>, parent: number): Loose {
  const known = all.get(parent)
  if (known !== undefined) return known
  const made = newLoose()
  all.set(parent, made)
  return made
}

export function addTo(all: Map<number, number[]>, place: number, one: number): void {
  const known = all.get(place)
  if (known === undefined) all.set(place, [one])
  else known.push(one)
}
