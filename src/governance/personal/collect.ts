import type { PersonalKind } from '../../event/personal-names'
import type { PersonalPlace } from '../../event/personal-table'
import { ANONYMOUS, isNobody } from '../../event/pseudonym'
import {
  END,
  KEY,
  NEXT,
  PARENT,
  SIGN,
  START,
  type Tape,
  tapeOf,
  WIDTH,
} from '../../syntax/json-tape'
import { createCursor, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './cursor'
import { type Edit, startOf, takeOut } from './edits'
import { marksOf } from './field-path'
import { NO_PERSON, PERSON } from './known'
import { jsonIn, moved, placed } from './layers'
import { idOfPerson, nameIds } from './person-ids'
import { createValues } from './values'
import { addTo, DROP, type Loose, looseOf, newLoose, type Work } from './work'

/** No event has more levels, and no item that can be parsed at once more values (`MAX_ELEMENT_VALUES`). */
const BOUNDS = { maxDepth: 128, maxValues: 60_000 }
/** A payload may be JSON text, in which another may stand. */
const MAX_NESTED = 3

/** A part is looked at by itself: the item, or a text of JSON in it. */
interface Part {
  place: PersonalPlace
  /** The rank of the path that leads to it. */
  rank: number
  nested: number
}

const WHOLE: Part = { place: 'item', rank: 0, nested: 0 }

/**
 * Finds every declared place and every field of a rule in a text, and edits it.
 * @returns undefined when the text is too deep or has too many values
 */
export function editsOf(text: string, work: Work, part = WHOLE): Edit[] | undefined {
  if (part.nested === 0) work.known.begin()
  const tape = tapeOf(text, work.known, BOUNDS)
  if (tape === undefined) return undefined
  const hasPaths = part.nested === 0 && work.paths.length > 0
  const marks = hasPaths ? marksOf(text, tape, work.paths) : undefined
  const { visit, edits } = createWalk(text, tape, work, marks, part.nested)
  visit(0, part.place, part.rank)
  return edits
}

/** Goes through the values of a text. Its functions tell whether a value is to be taken out by what holds it. */
function createWalk(
  text: string,
  tape: Tape,
  work: Work,
  marks: Uint8Array | undefined,
  nested: number,
) {
  const { cells } = tape
  const { known, declared, needles } = work
  const { table } = known
  const edits: Edit[] = []
  const cursor = createCursor(text, tape)
  const values = createValues(cursor, work, edits)
  const { charAt, childrenOf } = cursor
  let latestId: string | undefined
  let latestRank = 0
  let latestUrn = ''
  const markOf = (cell: number) => marks?.[cell] ?? 0

  function takeOutOf(container: number, gone: number[]): false {
    if (gone.length > 0) takeOut(tape, container, gone, edits)
    return false
  }

  function visit(cell: number, place: PersonalPlace, inherited: number): boolean {
    const rank = Math.max(inherited, markOf(cell))
    const char = charAt(cell)
    const isContainer = char === OPEN_OBJECT || char === OPEN_ARRAY
    if (isContainer && rank === 0 && marks === undefined && place === 'item') return sweep(cell)
    if (char === OPEN_OBJECT) {
      if (cells[cell + SIGN] === PERSON) return person(cell, inherited)
      return rank === DROP ? values.forget(cell) : members(cell, place, rank)
    }
    if (char === OPEN_ARRAY) {
      // A list that goes may hold people, whose names are looked for elsewhere.
      if (rank === DROP && markOf(cell) === DROP) return values.forget(cell)
      return takeOutOf(
        cell,
        childrenOf(cell, (child) => visit(child, place, rank)),
      )
    }
    if (rank > 0) return values.byPath(cell, rank)
    return char === QUOTE && visitText(cell, place, rank)
  }

  /** Goes through ordinary objects and lists, whatever their depth, cell by cell. */
  function sweep(container: number): false {
    if (cells[container + SIGN] === PERSON) return person(container, 0)
    const gone = new Map<number, number[]>()
    const loose = new Map<number, Loose>()
    const end = cells[container + NEXT]!
    for (let at = container + WIDTH; at < end; ) {
      const parent = cells[at + PARENT]!
      const isMember = cells[at + KEY]! >= 0
      if (isMember && known.roleOf(text, cells, at, 'item') !== 'item') {
        const own = looseOf(loose, parent)
        if (member(at, 'item', 0, own)) addTo(gone, parent, at)
        at = cells[at + NEXT]!
      } else if (cells[at + SIGN] === PERSON) {
        person(at, 0)
        at = cells[at + NEXT]!
      } else {
        if (charAt(at) === QUOTE && visitText(at, 'item', 0)) addTo(gone, parent, at)
        at += WIDTH
      }
    }
    for (const own of loose.values()) nameLoose(own)
    for (const [parent, some] of gone) takeOutOf(parent, some)
    return false
  }

  function nameLoose({ names, urn, isMixed }: Loose): void {
    if (names === undefined) return
    for (const name of names) needles.addName(name, isMixed ? undefined : urn)
  }

  function members(cell: number, place: PersonalPlace, inherited: number): false {
    const loose = newLoose()
    const gone = within(cell, place, inherited, loose)
    nameLoose(loose)
    return takeOutOf(cell, gone)
  }

  function within(cell: number, place: PersonalPlace, inherited: number, loose: Loose): number[] {
    return childrenOf(cell, (child) => member(child, place, inherited, loose))
  }

  function member(child: number, place: PersonalPlace, inherited: number, loose: Loose): boolean {
    const role = known.roleOf(text, cells, child, place)
    switch (role) {
      case 'extensions':
        // They say more of the same person.
        if (charAt(child) !== OPEN_OBJECT || markOf(child) > 0) return visit(child, role, inherited)
        return takeOutOf(child, within(child, role, inherited, loose))
      case 'item':
      case 'claims':
      case 'device':
        return visit(child, role, inherited)
      case 'person':
      case 'people':
        return people(child, inherited, loose)
      case 'keep':
        return markOf(child) > 0 && visit(child, place, 0)
      case 'session':
        return session(child, place, inherited)
      default:
        return personal(child, role, Math.max(inherited, markOf(child), declared), loose)
    }
  }

  /** Treats an id of a person, the object of one, or a list of these. */
  function people(cell: number, inherited: number, loose: Loose): boolean {
    const char = charAt(cell)
    const rank = Math.max(inherited, markOf(cell))
    if (char === OPEN_ARRAY) {
      return takeOutOf(
        cell,
        childrenOf(cell, (child) => people(child, rank, loose)),
      )
    }
    if (char !== OPEN_OBJECT) return personal(cell, 'id', Math.max(rank, declared), loose)
    return cells[cell + SIGN] === NO_PERSON ? members(cell, 'item', rank) : person(cell, inherited)
  }

  /** Treats the object of a person: everything in it is of that person. */
  function person(cell: number, inherited: number): false {
    const byPath = Math.max(inherited, markOf(cell))
    const rank = Math.max(byPath, declared)
    const ids: number[] = []
    const loose = newLoose()
    const gone = childrenOf(cell, (child) => {
      if (known.roleOf(text, cells, child, 'person') !== 'id') {
        return member(child, 'person', byPath, loose)
      }
      ids.push(child)
      return false
    })
    const id = idOfPerson(cursor, table, ids)
    if (rank === 0) {
      if (id !== undefined) work.people.add(id)
      return takeOutOf(cell, gone)
    }
    const urn = id === undefined ? ANONYMOUS : urnFor(id, rank)
    if (ids.length > 1 || id === undefined) nameIds(cursor, table, needles, ids, urn)
    for (const name of loose.names ?? []) needles.addName(name, urn)
    gone.push(...replaceIds(ids, id, urn, rank, loose))
    return takeOutOf(
      cell,
      gone.sort((a, b) => a - b),
    )
  }

  /** Gives what stands for a person, who is met several times in an event. */
  function urnFor(id: string, rank: number): string {
    if (id === latestId && rank === latestRank) return latestUrn
    const urn = values.urnOf(id, rank)
    work.people.add(id)
    if (urn !== id) {
      needles.addId(id, urn)
      work.became.set(id, urn)
    }
    latestId = id
    latestRank = rank
    latestUrn = urn
    return urn
  }

  /** @returns those of a person's ids that go, since another member stands for all */
  function replaceIds(
    ids: number[],
    id: string | undefined,
    urn: string,
    rank: number,
    loose: Loose,
  ): number[] {
    if (table.memberFor === undefined) {
      const [only] = ids
      if (ids.length === 1 && charAt(only!) === QUOTE && id !== undefined) {
        if (!isNobody(id)) values.put(only!, urn)
        return []
      }
      return ids.filter((child) => personal(child, 'id', rank, loose))
    }
    if (id === undefined) return ids
    if (isNobody(id)) return []
    const [first, ...others] = ids
    const [start, end] = [startOf(cells, first!), cells[first! + END]!]
    edits.push({ start, end, text: table.memberFor(urn) })
    return others
  }

  /** Treats what links events for a while, where nothing shall link them. */
  function session(cell: number, place: PersonalPlace, inherited: number): boolean {
    if (charAt(cell) !== OPEN_OBJECT) {
      if (!work.isAnonymous) return visit(cell, place, inherited)
      return cursor.idAt(cell) !== undefined && values.forget(cell)
    }
    const isGone = visit(cell, 'item', inherited)
    if (isGone || !work.isAnonymous) return isGone
    childrenOf(cell, (child) => {
      const name = cursor.nameAt(child)
      const id = name === 'id' || name === '@id' ? cursor.idAt(child) : undefined
      if (id === undefined || isNobody(id)) return false
      values.put(child, ANONYMOUS)
      work.gone.add(id)
      return false
    })
    return false
  }

  function personal(cell: number, kind: PersonalKind, rank: number, loose: Loose): boolean {
    const char = charAt(cell)
    if (char === OPEN_ARRAY && lists.has(kind)) {
      return takeOutOf(
        cell,
        childrenOf(cell, (child) => personal(child, kind, rank, loose)),
      )
    }
    if (kind === 'id' && char === OPEN_OBJECT) return person(cell, rank)
    const isId = kind === 'id' || (kind === 'machine' && char !== OPEN_OBJECT)
    return isId ? values.id(cell, kind, rank, loose) : values.description(cell, kind, rank, loose)
  }

  /** Looks into a text that is JSON; one that cannot be looked through goes as a whole. */
  function visitText(cell: number, place: PersonalPlace, rank: number): boolean {
    const start = cells[cell + START]! + 1
    const layer = jsonIn(text, start, cells[cell + END]! - 1)
    if (layer === undefined) return false
    const part = { place, rank, nested: nested + 1 }
    const within = nested < MAX_NESTED ? editsOf(layer.text, work, part) : undefined
    if (within === undefined) return (declared > 0 || rank > 0) && values.forget(cell)
    for (const edit of within) {
      const written = { ...edit, text: JSON.stringify(edit.text).slice(1, -1) }
      edits.push(moved(placed(written, layer), start))
    }
    return false
  }

  return { visit, edits }
}

/** Kinds of which a list is a list of values. */
const lists = new Set<PersonalKind>(['id', 'machine', 'address'])
