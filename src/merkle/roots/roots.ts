import { AppError } from '../../error/app-error'
import { type DocumentStore, etagOf } from '../../platform/document-store'
import type { SecretBox } from '../../platform/secret-box'
import type { ChainedRoot, TreeHead } from '../proof'
import {
  FIRST_LINK,
  isOurs,
  type KeptRoot,
  keyOfRoot,
  type RootLink,
  readRoot,
  rootAfter,
  shownRoot,
} from './chain'
import { createEnds } from './end'

/** A fault is what somebody did to the chain itself. */
export interface RootFault {
  kind: 'altered' | 'removed' | 'added'
  sequence: number
  hour?: string | undefined
  /** It says in a sentence what is wrong. */
  message: string
}

export interface RootPage {
  items: ChainedRoot[]
  nextCursor?: string | undefined
}

/** The roots of closed hours, chained, tenant by tenant. */
export interface Roots {
  /** Lists roots, the oldest first, or the newest first. @throws {AppError} `invalid_cursor` */
  list(
    tenantId: string,
    page: { limit: number; cursor?: string | undefined; isNewestFirst?: boolean },
  ): Promise<RootPage>
  /** Reads the root of an hour. */
  ofHour(tenantId: string, hour: string): Promise<ChainedRoot | undefined>
  /** Tells the end of the chain. */
  end(tenantId: string): Promise<RootLink>
  /**
   * Chains the heads of closed hours that are later than the last one. @param heads the oldest first
   * @returns those that were chained
   */
  extend(tenantId: string, heads: readonly TreeHead[]): Promise<ChainedRoot[]>
  /**
   * Walks the chain, the oldest root first. What another hand did to it is a fault; the walk goes on
   * behind it, so that one fault hides no other.
   */
  walk(tenantId: string): AsyncIterable<{ root?: ChainedRoot; fault?: RootFault }>
}

export interface RootsNeeds {
  documents: Pick<DocumentStore, 'get' | 'put'>
  box(): Promise<SecretBox>
  /** Signs the hash of a root. @returns base64 */
  sign?: ((hash: string) => string) | undefined
}

// A document is a call of some milliseconds on AWS; so many go side by side.
const AT_ONCE = 50

/** Makes the chain over the documents of either platform. */
export function createRoots({ documents, box, sign }: RootsNeeds): Roots {
  const ends = createEnds({ documents, box })

  async function at(tenantId: string, sequence: number): Promise<KeptRoot | undefined> {
    const document = await documents.get(tenantId, keyOfRoot(sequence))
    return document && readRoot(document)
  }

  /** Finds the end, also where a process died before it noted it. */
  async function endOf(tenantId: string): Promise<RootLink> {
    let { link } = await ends.read(tenantId)
    for (;;) {
      const document = await documents.get(tenantId, keyOfRoot(link.sequence + 1))
      if (document === undefined) return link
      const { hash, hour } = readRoot(document) ?? { hash: etagOf(document.bytes), hour: link.hour }
      link = { sequence: link.sequence + 1, hash, hour }
    }
  }

  async function put(tenantId: string, last: RootLink, head: TreeHead): Promise<KeptRoot> {
    const kept = rootAfter(last, tenantId, head, { box: await box(), sign })
    const bytes = Buffer.from(JSON.stringify(kept))
    const content = { bytes, contentType: 'application/json' }
    const place = keyOfRoot(kept.sequence)
    const outcome = await documents.put(tenantId, place, content, { ifNoneMatch: '*' })
    if (outcome.kind === 'stored' || outcome.etag === etagOf(bytes)) return kept
    // Another process chained it at the same time: seals differ, and what is said does not.
    const theirs = await at(tenantId, kept.sequence)
    if (theirs?.hash === kept.hash) return theirs
    throw new AppError(
      'busy',
      `Another process chained another root ${kept.sequence} of ${tenantId}.`,
    )
  }

  return {
    end: endOf,

    async extend(tenantId, heads) {
      let last = await endOf(tenantId)
      const chained: ChainedRoot[] = []
      for (const head of heads) {
        if (!head.isClosed || head.hour <= last.hour) continue
        const kept = await put(tenantId, last, head)
        last = { sequence: kept.sequence, hash: kept.hash, hour: kept.hour }
        chained.push(shownRoot(kept))
      }
      if (last.sequence > 0) await ends.advance(tenantId, last)
      return chained
    },

    async list(tenantId, { limit, cursor, isNewestFirst = false }) {
      const end = await endOf(tenantId)
      const begun = isNewestFirst ? end.sequence : 1
      const from = cursor === undefined ? begun : placeIn(cursor)
      const step = isNewestFirst ? -1 : 1
      const left = isNewestFirst ? from : end.sequence - from + 1
      const count = Math.max(0, Math.min(limit, left))
      const sequences = Array.from({ length: count }, (_, i) => from + i * step)
      const items: ChainedRoot[] = []
      for (let done = 0; done < count; done += AT_ONCE) {
        const some = sequences.slice(done, done + AT_ONCE)
        const found = await Promise.all(some.map((sequence) => at(tenantId, sequence)))
        items.push(...found.filter((one) => one !== undefined).map(shownRoot))
      }
      const next = from + count * step
      return { items, ...(left > count && { nextCursor: String(next) }) }
    },

    async ofHour(tenantId, hour) {
      // Hours ascend along the chain: a search by halves reads some sixteen of seven years' roots.
      let [low, high] = [1, (await endOf(tenantId)).sequence]
      while (low <= high) {
        const middle = Math.floor((low + high) / 2)
        const found = await at(tenantId, middle)
        if (found === undefined) return undefined
        if (found.hour === hour) return shownRoot(found)
        if (found.hour < hour) low = middle + 1
        else high = middle - 1
      }
      return undefined
    },

    async *walk(tenantId) {
      const { link: end, isKept } = await ends.read(tenantId)
      const opened = await box()
      let last = FIRST_LINK
      for (;;) {
        const some = Array.from({ length: AT_ONCE }, (_, i) => last.sequence + 1 + i)
        const found = await Promise.all(
          some.map((sequence) => documents.get(tenantId, keyOfRoot(sequence))),
        )
        for (const [place, document] of found.entries()) {
          const sequence = some[place]!
          if (document === undefined) {
            if (sequence > end.sequence) {
              if (last.sequence > 0 && !isKept) yield { fault: lostEnd(sequence) }
              return
            }
            yield { fault: faultOf('removed', sequence, 'it is missing') }
            last = { ...last, sequence, hash: '' }
            continue
          }
          const kept = readRoot(document)
          const fault = faultIn(kept, { tenantId, sequence, last, end, box: opened })
          const root = kept && { root: shownRoot(kept) }
          yield { ...root, ...(fault && { fault }) }
          last = { sequence, hash: kept?.hash ?? '', hour: kept?.hour ?? last.hour }
        }
      }
    },
  }
}

function faultIn(
  kept: KeptRoot | undefined,
  it: { tenantId: string; sequence: number; last: RootLink; end: RootLink; box: SecretBox },
): RootFault | undefined {
  const { tenantId, sequence, last, end, box } = it
  if (kept === undefined) return faultOf('altered', sequence, 'it cannot be read')
  const { hour } = kept
  if (kept.sequence !== sequence || !isOurs(kept, tenantId, box)) {
    return sequence > end.sequence
      ? faultOf('added', sequence, 'it was not chained by Nonius', hour)
      : faultOf('altered', sequence, 'it does not say what it said when it was chained', hour)
  }
  // After one that is missing or unreadable, there is nothing to compare with.
  const follows = last.hash === '' || kept.previous === last.hash
  if (!follows || hour <= last.hour) {
    return faultOf(
      'altered',
      sequence,
      'it was chained after another root than the one before it',
      hour,
    )
  }
  if (sequence === end.sequence && kept.hash !== end.hash) {
    return faultOf('altered', sequence, 'it is another root than was chained', hour)
  }
  return undefined
}

function faultOf(kind: RootFault['kind'], sequence: number, why: string, hour?: string): RootFault {
  const of = hour === undefined ? '' : ` (${hour})`
  return {
    kind,
    sequence,
    ...(hour !== undefined && { hour }),
    message: `Root ${sequence}${of}: ${why}.`,
  }
}

function lostEnd(sequence: number): RootFault {
  const why = 'the end of the chain is gone or was overwritten, so it cannot be told what followed'
  return faultOf('removed', sequence, why)
}

/** A cursor is the number of the next root: whoever makes one up reads what they may read anyway. */
function placeIn(cursor: string): number {
  if (/^[1-9]\d{0,14}$/.test(cursor)) return Number(cursor)
  throw new AppError('invalid_cursor', 'Use nextCursor as it was given.', {
    errors: [{ path: ['cursor'], message: 'Not a cursor of roots', code: 'invalid_cursor' }],
  })
}
