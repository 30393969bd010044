import { randomUUID } from 'node:crypto'
import { AppError } from '../error/app-error'
import type { Receipt } from '../event/receipt'
import type { SentBy } from '../event/sent-by'
import { BLOCKED, type Blocked, type Blocklist } from '../governance/blocklist/blocklist'
import type { Ingest } from '../ingest/ingest'
import { senderBy } from '../ingest/sender'
import { type Lease, unbounded } from '../memory/budget'
import type { Clock } from '../platform/clock'
import type { Connection } from '../platform/connections'
import type { Standard } from '../standards/standard'
import { answers } from './answers'
import type { BlobPlace } from './blob-place'
import type { Blobs } from './blobs'
import type { Refusal } from './frame'
import type { Effect, ObserverState } from './state'

export interface PerformNeeds {
  ingest: Ingest
  /** Frames are stored as events of this one, in its dialect for them. */
  standard: Standard
  blobs: Blobs
  /** Without it, nobody is blocked from blobs. */
  blocklist?: Blocklist | undefined
  clock: Clock
}

export interface Performed {
  /** These go to the client, in this order. */
  answers: string[]
  /** The frames that are stored now, or in quarantine; and those of which the client is told that they are not. */
  frames: number[]
}

/**
 * Does what the core of a connection says. All of it may be done again: what was stored is recognised.
 * @throws {StorageError} when it has to be
 * @throws {AppError} `rate_limited`, `busy`
 */
export type Perform = (
  connection: Connection,
  state: ObserverState,
  effects: readonly Effect[],
  lease?: Lease,
) => Promise<Performed>

type Of<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>
type Item = Pick<Of<'store'>, 'n' | 'item'>

// Whoever is blocked is told at most this often: its client reads the first, and sends on what is under way.
const TELL_MS = 60_000
// A request is read whole, so that a backlog is cut into pieces of some megabytes of memory.
const PIECE_ITEMS = 500
const PIECE_LENGTH = 1024 * 1024
// A client is told of so many refused frames of a piece.
const MAX_TOLD = 20

export function performWith({ ingest, standard, blobs, blocklist, clock }: PerformNeeds): Perform {
  return async function perform(connection, state, effects, lease = unbounded) {
    const { tenantId } = connection.principal
    const said: string[] = []
    const frames = new Set<number>()
    const stores: Of<'store'>[] = []
    const kept = new Map<Refusal, Item[]>()
    const instead = new Set<number>()

    for (const effect of effects) {
      if (effect.kind === 'answer') said.push(effect.text)
      else if (effect.kind === 'saveBlob') await save(effect)
      else if (effect.kind === 'fetchBlob') await fetch(effect)
      else if (effect.kind === 'keep') keep(effect.refusal, effect)
      else if (!instead.has(effect.n)) stores.push(effect)
    }
    for (const piece of piecesOf(stores)) await take(piece)
    for (const [refusal, items] of kept) {
      for (const piece of piecesOf(items)) await take(piece, refusal)
    }
    return { answers: said, frames: [...frames] }

    async function fetch({ of, before }: Of<'fetchBlob'>) {
      if (await isBlocked(of)) return
      said.push(answers.blob(await blobs.read(tenantId, of, before)))
    }

    /** The store tells by itself who is blocked; blobs do not. */
    async function isBlocked({ source }: BlobPlace): Promise<Blocked | undefined> {
      const { sourceId } = connection.principal
      const domain = state.identity?.domain
      return blocklist?.verdict({ tenantId, sourceId, source, domain, ip: connection.ip })
    }

    async function save({ n, of, blob, item }: Of<'saveBlob'>) {
      const blocked = await isBlocked(of)
      if (blocked !== undefined) {
        // The record of a blob does not have it: what is kept of it is the whole frame.
        tell(blocked)
        instead.add(n)
        if (blocked.action === 'DROP') frames.add(n)
        else keep({ code: BLOCKED, message: blocked.message, path: [] }, { n, item })
        return
      }
      try {
        const saved = await blobs.save(tenantId, of, blob)
        if (saved.kind === 'saved') return
        const message = `blob: Is not kept, by the rule ${saved.rule} of this tenant`
        const refusal = { code: 'withheld', message, path: ['blob'] }
        said.push(answers.error(refusal, { frame: n, kept: false }))
      } catch (thrown) {
        // One that is too large is not kept; that it was sent is, with its hash.
        if (!(thrown instanceof AppError)) throw thrown
        said.push(answers.error(refusalOf(thrown), { frame: n, kept: false }))
      }
    }

    function tell(blocked: Blocked) {
      const now = clock.now().toISOString()
      const since = Date.parse(now) - Date.parse(state.toldBlocked ?? EPOCH)
      if (Math.abs(since) < TELL_MS) return
      state.toldBlocked = now
      said.push(answers.blocked(blocked))
    }

    function keep(refusal: Refusal, item: Item) {
      const known = [...kept.keys()].find(({ code, message }) => {
        return code === refusal.code && message === refusal.message
      })
      if (known === undefined) kept.set(refusal, [item])
      else kept.get(known)!.push(item)
    }

    async function take(items: readonly Item[], refusal?: Refusal) {
      try {
        const receipt = await ingest(arrivalOf(connection, items, { standard, lease, refusal }))
        if (receipt.blocked !== undefined) tell(receipt.blocked)
        if (refusal === undefined) said.push(...refusedIn(receipt, items))
      } catch (thrown) {
        if (!(thrown instanceof AppError)) throw thrown
        // Nothing of it is kept, as the tenant wishes.
        if (thrown.code === 'blocked') tell(thrown.extra?.blocked as Blocked)
        else if (thrown.code === 'quarantine_full') sayFull(thrown, items.at(-1)!.n)
        else throw thrown
      }
      for (const { n } of items) frames.add(n)
    }

    function sayFull(error: AppError, frame: number) {
      said.push(answers.error(refusalOf(error), { frame, kept: false }))
    }
  }
}

const EPOCH = '1970-01-01T00:00:00.000Z'

function arrivalOf(
  { principal, ip, userAgent, optOut }: Connection,
  items: readonly Item[],
  { standard, lease, refusal }: { standard: Standard; lease: Lease; refusal: Refusal | undefined },
): Parameters<Ingest>[0] {
  const sender = senderBy(principal, { ip, userAgent, requestId: randomUUID() }, optOut)
  const context: SentBy & Record<string, string> = {
    stream: 'observer',
    ...(refusal !== undefined && { keptFor: JSON.stringify(refusal) }),
  }
  const text = `[${items.map(({ item }) => item).join(',')}]`
  return {
    ...{ sender, standard, form: 'document', saysRefusal: true, saysBlocked: true },
    context,
    body: { lease, encoding: 'identity', text, hasRoom: true },
  }
}

/** Tells of frames that were read and could not be stored, by their types for one; they are in quarantine. */
function refusedIn({ quarantined }: Receipt, items: readonly Item[]): string[] {
  const told = quarantined.filter(({ errors }) => !errors.some(({ code }) => code === BLOCKED))
  return told.slice(0, MAX_TOLD).map(({ index, errors: [first] }) => {
    const { code = 'invalid_event', message = 'Cannot be stored', path = [] } = first ?? {}
    const refusal = { code, message, path }
    return answers.error(refusal, { frame: items[index]?.n ?? 0, kept: true })
  })
}

function refusalOf({ code, message }: AppError): Refusal {
  return { code, message, path: [] }
}

function* piecesOf<I extends Item>(items: readonly I[]): Generator<I[]> {
  let piece: I[] = []
  let length = 0
  for (const item of items) {
    const isFull = piece.length === PIECE_ITEMS || length + item.item.length > PIECE_LENGTH
    if (isFull && piece.length > 0) {
      yield piece
      piece = []
      length = 0
    }
    piece.push(item)
    length += item.item.length
  }
  if (piece.length > 0) yield piece
}
