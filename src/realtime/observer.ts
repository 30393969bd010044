import { randomUUID } from 'node:crypto'
import type { Identity } from '../access/identity'
import type { FindSource } from '../access/keys/sources'
import type { FindTenant } from '../access/keys/tenants'
import type { Limiter } from '../limits/limiter'
import type { Budget } from '../memory/budget'
import type { Perform } from '../observer/perform'
import { createFrameRoom, type FrameRoom } from '../observer/room'
import type { Clock } from '../platform/clock'
import type { ConversationProtocol } from '../platform/connections'
import type { DocumentStore } from '../platform/document-store'
import type { Log } from '../telemetry/log'
import { observerName, observerPath } from './observer-address'
import { openStream, type Stream } from './observing/stream'

export interface ObserverNeeds {
  perform: Perform
  documents: DocumentStore
  findSource: FindSource
  identity: Pick<Identity, 'isCurrent'>
  clock: Pick<Clock, 'now'>
  log: Log
  /** Without it, frames are not limited. */
  limiter?: Limiter | undefined
  /** The limits of tenants are found by it. */
  findTenant?: FindTenant | undefined
  /** Without it, the memory of what is being stored is not counted. */
  budget?: Budget | undefined
}

// However many learners type, some places are left for those who follow them live.
const SHARE = 3 / 4

/** All streams of a process share the room of their frames: of those on their way, and of those that wait. */
export type Observing = ObserverNeeds &
  Record<'flow' | 'waiting', FrameRoom> & { againMs?: number | undefined }

// As soon a revoked key is noticed everywhere else; and what time brings to a connection has seconds.
const LOOK_MS = 2000

/**
 * Takes streams of Learning Observer's clients on one machine: each connection has its core
 * (`observer/machine.ts`) in memory, and what waits in it in a journal.
 */
export function createObserver(needs: ObserverNeeds, lookMs = LOOK_MS): ConversationProtocol {
  const streams = new Set<Stream>()
  const observing = { ...needs, flow: createFrameRoom(), waiting: createFrameRoom() }
  let isLooking = false
  let timer: NodeJS.Timeout | undefined

  async function look() {
    if (isLooking) return
    isLooking = true
    for (const stream of streams) await stream.look()
    isLooking = false
  }

  return {
    name: observerName,
    path: observerPath,
    share: SHARE,

    open(connection, line) {
      const connectionId = randomUUID()
      const stream = openStream(observing, { connection, line, connectionId }, () => {
        streams.delete(stream)
        if (streams.size === 0) clearInterval(timer)
        if (streams.size === 0) timer = undefined
      })
      streams.add(stream)
      timer ??= setInterval(look, lookMs)
      return stream
    },

    async settle() {
      await Promise.all([...streams].map((stream) => stream.settle()))
    },
  }
}
