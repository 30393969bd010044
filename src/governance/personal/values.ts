import type { PersonalKind } from '../../event/personal-names'
import { ANONYMOUS, isNobody } from '../../event/pseudonym'
import { END, NEXT, START, WIDTH } from '../../syntax/json-tape'
import { type Cursor, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './cursor'
import type { Edit } from './edits'
import { coarse, familyOf, networkOf, yearOf } from './generalise'
import { addLooseName, addLooseUrn, DROP, type Loose, PSEUDONYM, type Work } from './work'

/** It treats values that are no containers of others. What it returns tells whether the value is to be taken out. */
export interface Values {
  /** Treats a value of which nothing is known but that a rule names it. */
  byPath(cell: number, rank: number): boolean
  /** Treats an id of a person, or of a device. */
  id(cell: number, kind: 'id' | 'machine', rank: number, loose: Loose): boolean
  /** Treats a value that describes a person. */
  description(cell: number, kind: PersonalKind, rank: number, loose: Loose): boolean
  /** Notes what stands in a value that is taken out, for the fields of the record. */
  forget(cell: number): true
  put(cell: number, value: string | number): void
  urnOf(id: string, rank: number): string
}

export function createValues(cursor: Cursor, work: Work, edits: Edit[]): Values {
  const { charAt, scalarAt, idAt } = cursor
  const { cells } = cursor.tape

  function put(cell: number, value: string | number): void {
    // Pseudonyms, which are most of what is put, have nothing to escape.
    const isPlain = typeof value === 'string' && isNobody(value)
    const text = isPlain ? `"${value}"` : JSON.stringify(value)
    edits.push({ start: cells[cell + START]!, end: cells[cell + END]!, text })
  }

  function urnOf(id: string, rank: number): string {
    if (isNobody(id)) return id
    return rank === PSEUDONYM ? work.pseudonymOf(id) : ANONYMOUS
  }

  function forget(cell: number): true {
    const end = cells[cell + NEXT]!
    for (let at = cell; at < end; at += WIDTH) {
      const char = charAt(at)
      if (char !== OPEN_OBJECT && char !== OPEN_ARRAY) work.gone.add(scalarAt(at))
    }
    return true
  }

  /** Puts another value there, or takes it out where there is none. */
  function become(cell: number, value: unknown, made: string | number | undefined): boolean {
    if (made === undefined) return forget(cell)
    if (made === value) return false
    put(cell, made)
    work.became.set(value, made)
    return false
  }

  /** Names within what is taken out as a whole are looked for elsewhere as well. */
  function noteNames(cell: number, loose: Loose): void {
    const end = cells[cell + NEXT]!
    for (let at = cell; at < end; at += WIDTH) {
      const role = work.known.table.roleOf(cursor.nameAt(at) ?? '', 'person')
      const isNamed = role === 'name' || role === 'email' || role === 'id'
      if (isNamed && charAt(at) === QUOTE) addLooseName(loose, scalarAt(at) as string)
    }
  }

  function madeOf(value: string, kind: PersonalKind): string | undefined {
    if (kind === 'address') return networkOf(value, work.addresses)
    if (kind === 'agent') return familyOf(value)
    return kind === 'birth' ? yearOf(value) : undefined
  }

  return {
    put,
    urnOf,
    forget,

    byPath(cell, rank) {
      const value = scalarAt(cell)
      if (value === null || value === '') return false
      if (typeof value === 'string' && isNobody(value)) return false
      if (rank === DROP) return forget(cell)
      if (rank === PSEUDONYM && typeof value !== 'boolean') {
        return become(cell, value, work.pseudonymOf(idAt(cell)!))
      }
      return become(cell, value, coarse(value, work.addresses))
    },

    id(cell, kind, rank, loose) {
      const id = idAt(cell)
      if (id === undefined) return false
      if (kind === 'id') work.people.add(id)
      if (rank === 0) return false
      const urn = urnOf(id, rank)
      if (kind === 'id') addLooseUrn(loose, urn)
      if (isNobody(id)) return false
      work.needles.addId(id, urn)
      work.became.set(id, urn)
      put(cell, urn)
      return false
    },

    description(cell, kind, rank, loose) {
      const own = kind === 'address' && work.addresses !== 'keep' ? Math.max(rank, PSEUDONYM) : rank
      if (own === 0) return false
      const char = charAt(cell)
      if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
        noteNames(cell, loose)
        return forget(cell)
      }
      const value = scalarAt(cell)
      if (value === null || value === '' || typeof value === 'boolean') return false
      if (kind === 'name' || kind === 'email') addLooseName(loose, String(value))
      return become(cell, value, own === DROP ? undefined : madeOf(String(value), kind))
    },
  }
}
