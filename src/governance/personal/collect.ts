import type { PersonalKind } from '../../event/personal-names'
import type { PersonalPlace, PersonalRole, PersonalTable } from '../../event/personal-table'
import { ANONYMOUS, isNobody } from '../../event/pseudonym'
import { END, KEY, NEXT, START, type Tape, tapeOf, WIDTH } from '../../syntax/json-tape'
import type { Policy, Treatment } from '../policy/policy'
import { type Edit, startOf, takeOut } from './edits'
import { cellsAt, type FieldPath } from './field-path'
import { coarse, familyOf, networkOf, yearOf } from './generalise'
import { unescapedLayer } from './layers'
import { nameAt } from './names-at'
import type { Needles } from './needles'

/** Rank of a treatment: the higher, the less is left. 0 leaves a value as it is. */
export const ranks: Readonly<Record<Treatment, number>> = {
  pseudonymise: 1,
  generalise: 2,
  drop: 3,
}
const PSEUDONYM = 1
const DROP = 3

/** It says what is done to the places of an item, and where what was found is put. */
export interface Work {
  table: PersonalTable
  /** Roles of names, once they are known: names are few. */
  roles: Map<string, PersonalRole>
  /** The rank for every declared place. */
  declared: number
  /** If true, what links events for a while is taken out as well. */
  isAnonymous: boolean
  paths: readonly { path: FieldPath; rank: number }[]
  addresses: Policy['addresses']
  pseudonymOf(id: string): string
  needles: Needles
  /** Values that were taken out, and what others became. */
  gone: Set<unknown>
  became: Map<unknown, string | number>
  /** Ids of people, as they were met. */
  people: Set<string>
}

/** Items of more levels than an event may have are not looked through. */
const MAX_LEVELS = 128
/** No item that can be parsed at once has more (`MAX_ELEMENT_VALUES`). */
const MAX_VALUES = 60_000
/** A payload may be JSON text, in which another may stand. */
const MAX_NESTED = 3

/**
 * Finds every declared place and every field of a rule in a text, and edits it.
 * @returns undefined when the text is too deep or has too many values
 */
export function editsOf(
  text: string,
  work: Work,
  nested = 0,
  inherited = 0,
  place: PersonalPlace = 'item',
): Edit[] | undefined {
  const tape = tapeOf(text, MAX_LEVELS, MAX_VALUES)
  if (tape === undefined) return undefined
  const marks = nested === 0 && work.paths.length > 0 ? marksOf(text, tape, work.paths) : undefined
  const walk = createWalk(text, tape, work, marks, nested)
  walk.visit(0, place, inherited)
  return walk.edits
}

function marksOf(text: string, tape: Tape, paths: Work['paths']): Uint8Array {
  const marks = new Uint8Array(tape.length)
  for (const { path, rank } of paths) {
    for (const cell of cellsAt(text, tape, path)) marks[cell] = Math.max(marks[cell]!, rank)
  }
  return marks
}

const OPEN_OBJECT = 123
const OPEN_ARRAY = 91
const QUOTE = 34

/** What an object says of one person, so that a name beside an id is replaced by the person's pseudonym. */
interface Loose {
  names: string[]
  urns: Set<string>
}

function createWalk(
  text: string,
  tape: Tape,
  work: Work,
  marks: Uint8Array | undefined,
  nested: number,
) {
  const { cells } = tape
  const { table, declared, needles } = work
  const edits: Edit[] = []

  const charAt = (cell: number) => text.charCodeAt(cells[cell + START]!)
  const sentAt = (cell: number) => text.slice(cells[cell + START]!, cells[cell + END]!)
  const markOf = (cell: number) => marks?.[cell] ?? 0

  function roleOf(name: string, place: PersonalPlace): PersonalRole {
    const key = `${place} ${name}`
    const known = work.roles.get(key)
    if (known !== undefined) return known
    const role = table.roleOf(name, place)
    if (name.length <= LONGEST_NAME) {
      if (work.roles.size >= MOST_ROLES) work.roles.clear()
      work.roles.set(key, role)
    }
    return role
  }

  function scalarAt(cell: number): unknown {
    const sent = sentAt(cell)
    const isPlain = sent.charCodeAt(0) === QUOTE && !sent.includes('\\')
    return isPlain ? sent.slice(1, -1) : JSON.parse(sent)
  }

  /** Tells an id from what is none; numbers as they were sent, since a long one would be rounded. */
  function idAt(cell: number): string | undefined {
    const char = charAt(cell)
    if (char === QUOTE) return (scalarAt(cell) as string) || undefined
    return char === 45 || (char >= 48 && char <= 57) ? sentAt(cell) : undefined
  }

  function put(cell: number, value: string | number): void {
    edits.push({
      start: cells[cell + START]!,
      end: cells[cell + END]!,
      text: JSON.stringify(value),
    })
  }

  function urnOf(id: string, rank: number): string {
    if (isNobody(id)) return id
    return rank === PSEUDONYM ? work.pseudonymOf(id) : ANONYMOUS
  }

  /** @returns whether the value is to be taken out by the container */
  function visit(cell: number, place: PersonalPlace, inherited: number): boolean {
    const rank = Math.max(inherited, markOf(cell))
    const char = charAt(cell)
    if (char === OPEN_OBJECT) {
      const says = saysPerson(cell)
      if (says === true && place !== 'person') return person(cell, inherited)
      if (rank === DROP) return forget(cell)
      visitMembers(cell, place, rank)
      return false
    }
    if (char === OPEN_ARRAY) {
      if (rank === DROP && !holdsPeople(cell)) return forget(cell)
      visitElements(cell, (child) => visit(child, place, rank))
      return false
    }
    if (rank > 0) return byPath(cell, rank)
    if (char === QUOTE) visitText(cell, place, rank)
    return false
  }

  /** Treats a value of which nothing is known but that a rule names it. */
  function byPath(cell: number, rank: number): boolean {
    const value = scalarAt(cell)
    if (value === null) return false
    if (typeof value === 'string' && (value === '' || isNobody(value))) return false
    if (rank === DROP) return forget(cell)
    if (rank === PSEUDONYM && typeof value !== 'boolean') {
      const urn = work.pseudonymOf(idAt(cell)!)
      put(cell, urn)
      work.became.set(value, urn)
      return false
    }
    const made = coarse(value, work.addresses)
    if (made === undefined) return forget(cell)
    if (made !== value) {
      put(cell, made)
      work.became.set(value, made)
    }
    return false
  }

  /** Notes what stands in a value that is taken out, for the fields of the record. */
  function forget(cell: number): true {
    const end = cells[cell + NEXT]!
    for (let at = cell; at < end; at += WIDTH) {
      const char = charAt(at)
      if (char !== OPEN_OBJECT && char !== OPEN_ARRAY) work.gone.add(scalarAt(at))
    }
    return true
  }

  function visitMembers(cell: number, place: PersonalPlace, inherited: number): void {
    const gone: number[] = []
    const loose: Loose = { names: [], urns: new Set() }
    const end = cells[cell + NEXT]!
    for (let child = cell + WIDTH; child < end; child = cells[child + NEXT]!) {
      if (visitMember(child, place, inherited, loose)) gone.push(child)
    }
    const [urn] = loose.urns
    for (const name of loose.names) needles.addName(name, loose.urns.size === 1 ? urn : undefined)
    if (gone.length > 0) takeOut(tape, cell, gone, edits)
  }

  function visitMember(
    child: number,
    place: PersonalPlace,
    inherited: number,
    loose: Loose,
  ): boolean {
    const role = roleOf(nameAt(text, cells, child)!, place)
    switch (role) {
      case 'item':
      case 'claims':
      case 'device':
      case 'extensions':
        return visit(child, role, inherited)
      case 'person':
        return charAt(child) === OPEN_OBJECT
          ? person(child, inherited)
          : people(child, inherited, loose)
      case 'people':
        return people(child, inherited, loose)
      case 'keep':
        return markOf(child) > 0 && visit(child, place, 0)
      case 'session':
        return session(child, place, inherited)
      default:
        return treat(child, role, Math.max(inherited, markOf(child), declared), loose)
    }
  }

  function visitElements(cell: number, each: (child: number) => boolean): void {
    const gone: number[] = []
    const end = cells[cell + NEXT]!
    for (let child = cell + WIDTH; child < end; child = cells[child + NEXT]!) {
      if (each(child)) gone.push(child)
    }
    if (gone.length > 0) takeOut(tape, cell, gone, edits)
  }

  /** An id of a person, the object of one, or a list of these. */
  function people(cell: number, inherited: number, loose: Loose): boolean {
    const char = charAt(cell)
    const rank = Math.max(inherited, markOf(cell))
    if (char === OPEN_ARRAY) {
      visitElements(cell, (child) => people(child, rank, loose))
      return false
    }
    if (char !== OPEN_OBJECT) return treat(cell, 'id', Math.max(rank, declared), loose)
    if (saysPerson(cell) === false) {
      visitMembers(cell, 'item', rank)
      return false
    }
    return person(cell, inherited)
  }

  /** Everything in the object of a person is of that person. */
  function person(cell: number, inherited: number): boolean {
    const rank = Math.max(inherited, markOf(cell), declared)
    const ids: number[] = []
    const gone: number[] = []
    const loose: Loose = { names: [], urns: new Set() }
    const parts: Record<string, unknown> = {}
    const end = cells[cell + NEXT]!
    for (let child = cell + WIDTH; child < end; child = cells[child + NEXT]!) {
      const name = nameAt(text, cells, child)!
      if (roleOf(name, 'person') === 'id') {
        ids.push(child)
        parts[name] = JSON.parse(sentAt(child))
      } else if (visitMember(child, 'person', Math.max(inherited, markOf(cell)), loose)) {
        gone.push(child)
      }
    }
    const id = table.idOf(parts)
    if (id !== undefined) work.people.add(id)
    if (rank === 0) return false
    const urn = id === undefined ? ANONYMOUS : urnOf(id, rank)
    if (id !== undefined) {
      needles.addId(id, urn)
      work.became.set(id, urn)
    }
    for (const part of Object.values(parts)) if (typeof part === 'string') needles.addId(part, urn)
    for (const name of loose.names) needles.addName(name, urn)
    if (table.memberFor !== undefined) {
      if (id !== undefined && !isNobody(id)) {
        const [first, ...others] = ids
        edits.push({
          start: startOf(cells, first!),
          end: cells[first! + END]!,
          text: table.memberFor(urn),
        })
        gone.push(...others)
      } else if (id === undefined) gone.push(...ids)
    } else {
      for (const child of ids) treat(child, 'id', rank, loose)
    }
    if (gone.length > 0)
      takeOut(
        tape,
        cell,
        gone.sort((a, b) => a - b),
        edits,
      )
    return false
  }

  function session(cell: number, place: PersonalPlace, inherited: number): boolean {
    if (charAt(cell) !== OPEN_OBJECT) {
      if (!work.isAnonymous) return visit(cell, place, inherited)
      return idAt(cell) !== undefined && forget(cell)
    }
    visit(cell, 'item', inherited)
    if (work.isAnonymous) {
      const end = cells[cell + NEXT]!
      for (let child = cell + WIDTH; child < end; child = cells[child + NEXT]!) {
        const name = nameAt(text, cells, child)
        const id = name === 'id' || name === '@id' ? idAt(child) : undefined
        if (id === undefined || isNobody(id)) continue
        put(child, ANONYMOUS)
        work.gone.add(id)
      }
    }
    return false
  }

  /** A personal value, of which the kind says what it becomes. @returns whether it is to be taken out */
  function treat(cell: number, kind: PersonalKind, rank: number, loose: Loose): boolean {
    const char = charAt(cell)
    if (char === OPEN_ARRAY && lists.has(kind)) {
      visitElements(cell, (child) => treat(child, kind, rank, loose))
      return false
    }
    if (char === OPEN_OBJECT && kind === 'id') return person(cell, rank)
    if (kind === 'id' || (kind === 'machine' && char !== OPEN_OBJECT))
      return idValue(cell, kind, rank, loose)
    const own = kind === 'address' && work.addresses !== 'keep' ? Math.max(rank, PSEUDONYM) : rank
    if (own === 0) return false
    if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      noteNames(cell, loose)
      return forget(cell)
    }
    const value = scalarAt(cell)
    if (value === null || value === '' || typeof value === 'boolean') return false
    if (kind === 'name' || kind === 'email') loose.names.push(String(value))
    const made = own === DROP ? undefined : madeOf(String(value), kind)
    if (made === undefined) return forget(cell)
    if (made !== value) {
      put(cell, made)
      work.became.set(value, made)
    }
    return false
  }

  function madeOf(value: string, kind: PersonalKind): string | undefined {
    if (kind === 'address') return networkOf(value, work.addresses)
    if (kind === 'agent') return familyOf(value)
    return kind === 'birth' ? yearOf(value) : undefined
  }

  function idValue(cell: number, kind: 'id' | 'machine', rank: number, loose: Loose): boolean {
    const id = idAt(cell)
    if (id === undefined) return false
    if (kind === 'id') work.people.add(id)
    if (rank === 0) return false
    const urn = urnOf(id, rank)
    if (kind === 'id') loose.urns.add(urn)
    if (isNobody(id)) return false
    needles.addId(id, urn)
    work.became.set(id, urn)
    put(cell, urn)
    return false
  }

  /** Names within what is taken out as a whole are looked for elsewhere as well. */
  function noteNames(cell: number, loose: Loose): void {
    const end = cells[cell + NEXT]!
    for (let at = cell + WIDTH; at < end; at += WIDTH) {
      const name = nameAt(text, cells, at) ?? ''
      const role = roleOf(name, 'person')
      const isNamed = role === 'name' || role === 'email' || role === 'id'
      if (isNamed && charAt(at) === QUOTE) loose.names.push(scalarAt(at) as string)
    }
  }

  /** A text may itself be JSON. */
  function visitText(cell: number, place: PersonalPlace, rank: number): void {
    const start = cells[cell + START]! + 1
    const first = text.charCodeAt(start)
    if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return
    if (nested >= MAX_NESTED) return
    const layer = unescapedLayer(text.slice(start, cells[cell + END]! - 1))
    if (!isJson(layer.text)) return
    for (const edit of editsOf(layer.text, work, nested + 1, rank, place) ?? []) {
      edits.push({
        start: start + layer.places[edit.start]!,
        end: start + layer.places[edit.end]!,
        text: JSON.stringify(edit.text).slice(1, -1),
      })
    }
  }

  function holdsPeople(cell: number): boolean {
    const end = cells[cell + NEXT]!
    for (let at = cell + WIDTH; at < end; at = cells[at + NEXT]!) {
      if (charAt(at) === OPEN_OBJECT && saysPerson(at) === true) return true
    }
    return false
  }

  /** Tells what the types of an object say; of several that differ, a person counts. */
  function saysPerson(cell: number): boolean | undefined {
    let says: boolean | undefined
    const end = cells[cell + NEXT]!
    for (let child = cell + WIDTH; child < end; child = cells[child + NEXT]!) {
      if (charAt(child) !== QUOTE || cells[child + KEY]! < 0) continue
      const length = cells[child + KEY + 1]! - cells[child + KEY]! - 2
      // A name that is written with escapes is longer than what it means.
      if (length !== 4 && length !== 5 && length < 10) continue
      if (!table.typeNames.includes(nameAt(text, cells, child)!)) continue
      const own = table.isPerson(scalarAt(child) as string)
      if (own === true) return true
      if (own === false) says = false
    }
    return says
  }

  return { visit, edits }
}

/** Kinds of which a list is a list of values. */
const lists = new Set<PersonalKind>(['id', 'machine', 'address'])

// Names of extensions are IRIs; longer ones are somebody's data.
const LONGEST_NAME = 128
const MOST_ROLES = 4096

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
