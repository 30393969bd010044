import { cut, memberOf } from '../members'
import type { ReducedEvent, Reducer } from '../reducer'
import { happenedAt, idOf, isDeed, isoOf, nameOf } from './deeds'
import { putFirst } from './recent'

interface State {
  /** The current one first. */
  documents: Seen[]
}

/** Times are ms since 1970. */
interface Seen {
  id: string
  title?: string | undefined
  type: string
  url?: string | undefined
  /** The learner came to it then, from another or for the first time. */
  since: number
  first: number
  last: number
}

/** A teacher looks for what was open today and yesterday. */
const MOST_DOCUMENTS = 20
const LONGEST_URL = 1_024

/** People read and write these, in the words of all records (docs/mapping.md). */
const documents = new Set(
  `Document WebPage Page Reading Chapter Frame EpubVolume EpubPart EpubChapter EpubSubChapter`.split(
    ' ',
  ),
)

/** The document that a learner reads or writes, and those before it. */
export const currentDocument: Reducer<State> = {
  name: 'current-document',
  version: 1,
  says: 'Which document or page a learner reads or writes now, and which before',
  scope: 'learner',
  start: { documents: [] },
  reduce,
  show: ({ documents: [current, ...others] }) => ({
    ...(current !== undefined && { current: shown(current) }),
    before: others.map(shown),
  }),
}

function shown({ since, first, last, ...document }: Seen): object {
  return { ...document, since: isoOf(since), firstSeen: isoOf(first), lastSeen: isoOf(last) }
}

function reduce(state: State, event: ReducedEvent): State {
  if (!isDeed(event)) return state
  const document = documentOf(event)
  if (document === undefined) return state
  const { documents: list } = state
  if (event.commonAction === 'Deleted') {
    return { documents: list.filter(({ id }) => id !== document.id) }
  }
  const at = happenedAt(event)
  const known = list.find(({ id }) => id === document.id)
  const isLate = list.length > 0 && at < list[0]!.last
  if (isLate) return late(state, { ...document, since: at, first: at, last: at }, known)
  const since = known !== undefined && known === list[0] ? known.since : at
  const first = Math.min(known?.first ?? at, at)
  const seen: Seen = { ...known, ...document, since, first, last: at }
  return { documents: putFirst(list, seen, MOST_DOCUMENTS).list }
}

/** The event happened before the current document was last seen, so that this stays the current one. */
function late(state: State, seen: Seen, known: Seen | undefined): State {
  const [current] = state.documents
  const now: Seen = {
    ...seen,
    ...known,
    first: Math.min(known?.first ?? seen.first, seen.first),
    last: Math.max(known?.last ?? seen.last, seen.last),
  }
  const others = state.documents.filter(({ id }) => id !== now.id)
  if (current!.id === now.id) return { documents: [now, ...others] }
  const list = [...others, now].sort((a, b) => b.last - a.last)
  return { documents: list.slice(0, MOST_DOCUMENTS) }
}

function documentOf(event: ReducedEvent): Pick<Seen, 'id' | 'title' | 'type' | 'url'> | undefined {
  const { objectType, objectName } = event
  if (objectType === undefined || !documents.has(objectType)) return undefined
  const url = urlOf(event)
  const id = event.objectId ?? docInUrl(url)
  if (id === undefined) return undefined
  return {
    id: idOf(id),
    ...(objectName !== undefined && { title: nameOf(objectName) }),
    type: objectType,
    ...(url !== undefined && { url }),
  }
}

/** A page says its address; half of one leads nowhere. */
function urlOf(event: ReducedEvent): string | undefined {
  const url = memberOf(memberOf(event.fields, 'object'), 'url')
  const isAddress = typeof url === 'string' && /^https?:/i.test(url)
  return isAddress && cut(url, LONGEST_URL) === url ? url : undefined
}

// A page of Google Docs that names no document has it in its address.
function docInUrl(url: string | undefined): string | undefined {
  return url?.match(/^https:\/\/docs\.google\.com\/document\/(?:u\/\d+\/)?d\/([\w-]{10,})/)?.[1]
}
