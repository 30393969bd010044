import { createHash } from 'node:crypto'
import type { DocumentStore } from '../../platform/document-store'
import type { PublishedRoot, RootSink } from '../../platform/root-sink'
import type { Log } from '../../telemetry/log'
import type { ChainedRoot } from '../proof'
import type { Roots } from './roots'

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'put'>
  roots: Pick<Roots, 'list'>
  sinks: readonly RootSink[]
  log: Log
}

// So many are published in one go: a sink that was just named gets a year of hours in nine runs.
const AT_ONCE = 1000
// Their calls take some milliseconds each on AWS; how far it is, is noted as often.
const NOTED_EVERY = 50

/**
 * Writes roots where the operator says, each sink apart: one that is down gets what it lacks later, and
 * holds up no other.
 * @returns whether every sink has all
 */
export function createPublish({ documents, roots, sinks, log }: Needs) {
  async function reached(tenantId: string, sink: RootSink): Promise<number> {
    const held = await documents.get(tenantId, keyOf(sink))
    const noted = held && Number(Buffer.from(held.bytes).toString())
    return noted !== undefined && Number.isSafeInteger(noted) ? noted : 0
  }

  async function note(tenantId: string, sink: RootSink, sequence: number) {
    const content = { bytes: Buffer.from(String(sequence)), contentType: 'text/plain' }
    await documents.put(tenantId, keyOf(sink), content)
  }

  async function publishTo(sink: RootSink, tenantId: string, through: number): Promise<boolean> {
    let at = await reached(tenantId, sink)
    const until = Math.min(through, at + AT_ONCE)
    while (at < until) {
      const limit = Math.min(NOTED_EVERY, until - at)
      const { items } = await roots.list(tenantId, { limit, cursor: String(at + 1) })
      for (const root of items) await sink.put(published(tenantId, root))
      // A root that cannot be read is named by `verify`, and keeps no other from being published.
      at += limit
      await note(tenantId, sink, at)
    }
    return at >= through
  }

  return async function publish(tenantId: string, through: number): Promise<boolean> {
    let isAll = true
    for (const sink of sinks) {
      try {
        if (!(await publishTo(sink, tenantId, through))) isAll = false
      } catch (error) {
        isAll = false
        const reason = (error as Error).message
        log.warn('roots could not be published; the next run goes on', { to: sink.name, reason })
      }
    }
    return isAll
  }
}

/** A place is known by a digest: an address may have a secret in it. */
function keyOf({ name }: RootSink) {
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 32)
  return ['audit-roots-published', digest]
}

function published(tenantId: string, root: ChainedRoot): PublishedRoot {
  const { sequence, hour, treeSize, hash, previous, signature } = root
  return {
    ...{ type: 'nonius/root/1', tenantId, sequence, hour, treeSize, root: root.root },
    ...{ hash, previous },
    ...(signature !== undefined && { signature }),
  }
}
