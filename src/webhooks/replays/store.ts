import type { Clock } from '../../platform/clock'
import { type DocumentStore, MAX_LIFETIME_MS } from '../../platform/document-store'
import type { Replay, ReplayStatus, Whose } from './replay'

export interface StoredReplay {
  replay: Replay
  etag: string
}

/** An entry tells of a replay what a list does without reading it. */
export interface ReplayEntry extends Whose {
  status: ReplayStatus
  startedAt: string
}

export interface ReplayStore {
  get(whose: Whose): Promise<StoredReplay | undefined>
  /**
   * Stores a replay over the one that was read, or anew.
   * @returns false when somebody changed it meanwhile
   */
  put(replay: Replay, was?: StoredReplay): Promise<boolean>
  /** Lists the replays of a webhook, or of a tenant, the latest first. */
  list(tenantId: string, webhookId?: string): Promise<ReplayEntry[]>
  remove(whose: Whose): Promise<void>
}

const PREFIX = 'webhook-replays'
const PAGE = 1000

// A replay that nobody touches for so long is forgotten, whatever became of it: a document may live as
// long, less what the clocks of two processes differ by.
const KEPT_MS = MAX_LIFETIME_MS - 60_000

interface Needs {
  documents: DocumentStore
  clock: Pick<Clock, 'now'>
}

/** Each replay is a document of its tenant. Calls throw as those of the documents do. */
export function createReplayStore({ documents, clock }: Needs): ReplayStore {
  return {
    async get(whose) {
      const document = await documents.get(whose.tenantId, keyOf(whose))
      if (document === undefined) return undefined
      const replay = JSON.parse(Buffer.from(document.bytes).toString()) as Replay
      return { replay, etag: document.etag }
    },

    async put(replay, was) {
      const { tenantId, status, startedAt, step } = replay
      const content = {
        bytes: Buffer.from(JSON.stringify({ ...replay, step: step + 1 })),
        contentType: 'application/json',
        metadata: { status, startedAt },
        expiresAt: new Date(clock.now().getTime() + KEPT_MS).toISOString(),
      }
      const condition = was === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: was.etag }
      const { kind } = await documents.put(tenantId, keyOf(replay), content, condition)
      return kind === 'stored'
    },

    async list(tenantId, webhookId) {
      const prefix = webhookId === undefined ? [PREFIX] : [PREFIX, webhookId]
      const found: ReplayEntry[] = []
      let cursor: string | undefined
      do {
        const page = await documents.list(tenantId, prefix, { limit: PAGE, cursor })
        for (const { key, metadata } of page.items) {
          const [, ofWebhook = '', replayId = ''] = key
          const { status, startedAt = '' } = metadata
          const whose = { tenantId, webhookId: ofWebhook, replayId }
          found.push({ ...whose, status: status as ReplayStatus, startedAt })
        }
        cursor = page.nextCursor
      } while (cursor !== undefined)
      return found.toSorted(
        (a, b) => compare(b.startedAt, a.startedAt) || compare(b.replayId, a.replayId),
      )
    },

    async remove(whose) {
      await documents.delete(whose.tenantId, keyOf(whose))
    },
  }
}

function keyOf({ webhookId, replayId }: Whose) {
  return [PREFIX, webhookId, replayId]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
