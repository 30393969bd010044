import { cut, memberOf } from '../members'
import type { ReducedEvent } from '../reducer'

/*
 * A document of Google Docs changes by commands, of which a save has bundles (`bundles[].commands[]`) and a
 * history a log (`history.changelog[][0]`, at the ms in `[1]`). Places are counted from 1 in UTF-16 units,
 * ranges have both ends. Google publishes none of it: this is what its clients were seen to send.
 *
 *   is, iss       insert `s` so that it begins at `ibi`; `iss` as a suggestion, which takes places as well
 *   ds, dss       delete from `si` to `ei`; `dss` what was only suggested
 *   mlti          several commands, `mts`
 *   nm            a command `nmc` for what `nmr` names, a tab in its last place
 *   as …          change how it looks, and no text
 */

/** A change of the text of a document. */
export interface TextChange {
  does: 'insert' | 'delete'
  isSuggested: boolean
  /** The first place of the change, from 1. */
  at: number
  /** So many UTF-16 units come or go. */
  length: number
  /** ms since 1970, where a history says it. */
  time?: number | undefined
  tab: string
}

/** Commands that change no text, and so much of what came could not be read. */
export interface Changes {
  changes: TextChange[]
  unread: number
}

/** Google's limit of a document is 1.02 million characters, which are two units each at most. */
const LAST_PLACE = 2_040_000
/** Commands stand in others one or two deep; what is nested deeper was made by hand. */
const DEEPEST = 16
/** A history has a few commands for each word, so that this is a book; more may not take a reducer's time. */
const MOST_CHANGES = 250_000

const FIRST_TAB = 't.0'

const inserting: ReadonlyMap<unknown, boolean> = new Map([
  ['is', false],
  ['iss', true],
])
const deleting: ReadonlyMap<unknown, boolean> = new Map([
  ['ds', false],
  ['dss', true],
])
/** Styles, elements and their ties, marks of suggestions, selections, and nothing at all. */
const otherwise: ReadonlySet<unknown> = new Set([
  'as',
  'ae',
  'de',
  'ue',
  'te',
  'sl',
  'null',
  'msfd',
  'usfd',
  'umv',
])

/** Reads the changes of a save, `google_docs_save`, in their order. */
export function changesSaved(event: ReducedEvent): Changes {
  const found: Changes = { changes: [], unread: 0 }
  const tab = tabOf(event)
  for (const bundle of listOf(memberOf(event.fields, 'bundles'))) {
    for (const command of listOf(memberOf(bundle, 'commands'))) read(command, { tab, found })
  }
  return found
}

/**
 * Reads the changes of a history, by everybody who wrote in the document, in their order.
 * @returns undefined where the event has none
 */
export function changesInHistory(event: ReducedEvent): Changes | undefined {
  const history = memberOf(event.fields, 'history')
  const log = memberOf(history, 'changelog')
  if (!Array.isArray(log)) return undefined
  const found: Changes = { changes: [], unread: 0 }
  const tab = tabOf(event)
  // A history that begins later than the document says first what was there.
  for (const part of listOf(memberOf(history, 'chunkedSnapshot'))) {
    for (const command of listOf(part)) read(command, { tab, found })
  }
  for (const entry of log) {
    const [command, at] = listOf(entry)
    const time = Number.isSafeInteger(at) ? (at as number) : undefined
    read(command, { tab, found, time })
  }
  return found
}

interface Reading {
  tab: string
  found: Changes
  time?: number | undefined
}

function read(command: unknown, { tab, found, time }: Reading, depth = 0): void {
  const type = memberOf(command, 'ty')
  const suggested = inserting.get(type) ?? deleting.get(type)
  if (type === 'mlti' && depth < DEEPEST) {
    for (const one of listOf(memberOf(command, 'mts'))) read(one, { tab, found, time }, depth + 1)
  } else if (type === 'nm' && depth < DEEPEST) {
    const named = listOf(memberOf(command, 'nmr')).at(-1)
    const within = typeof named === 'string' ? tabNamed(named) : tab
    read(memberOf(command, 'nmc'), { tab: within, found, time }, depth + 1)
  } else if (suggested !== undefined && found.changes.length < MOST_CHANGES) {
    const part = inserting.has(type) ? inserted(command) : deleted(command)
    if (part === undefined) found.unread += 1
    else found.changes.push({ ...part, isSuggested: suggested, time, tab })
  } else if (!otherwise.has(type)) {
    found.unread += 1
  }
}

type Part = Pick<TextChange, 'does' | 'at' | 'length'>

function inserted(command: unknown): Part | undefined {
  const [at, text] = [memberOf(command, 'ibi'), memberOf(command, 's')]
  if (!isPlace(at) || typeof text !== 'string' || at + text.length > LAST_PLACE) return undefined
  return { does: 'insert', at, length: text.length }
}

function deleted(command: unknown): Part | undefined {
  const [from, to] = [memberOf(command, 'si'), memberOf(command, 'ei')]
  if (!isPlace(from) || !isPlace(to) || to < from) return undefined
  return { does: 'delete', at: from, length: to - from + 1 }
}

function isPlace(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LAST_PLACE
}

function tabOf(event: ReducedEvent): string {
  const named =
    memberOf(event.fields, 'tab_id') ?? memberOf(memberOf(event.fields, 'object'), 'tab_id')
  return typeof named === 'string' ? tabNamed(named) : FIRST_TAB
}

// Google's names of tabs have a dozen characters.
function tabNamed(name: string): string {
  return name === '' ? FIRST_TAB : cut(name, 64)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
