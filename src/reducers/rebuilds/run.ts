import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../error/app-error'
import type { JobKind, JobRunner } from '../../jobs/run-jobs'
import { runJobs } from '../../jobs/run-jobs'
import type { DocumentStore } from '../../platform/document-store'
import type { Registry } from '../../platform/registry'
import type { Log } from '../../telemetry/log'
import { readBuilds } from '../kept/builds'
import { advanceRebuild, noteTrouble, type Rebuild, type RebuildNeeds } from './rebuild'

interface RunNeeds extends RebuildNeeds {
  documents: DocumentStore
  log: Log
}

// Senders have the larger share of the process: a page, a tenth of a second, lets them in between its parts.
const LEAST_PAUSE_MS = 5
const PAUSE_SHARE = 0.5
const MOST_PAUSE_MS = 1000
// A store that is away, a lake that is busy: it is tried again less and less often, once a minute at last.
const FIRST_TROUBLE_MS = 500
const MOST_TROUBLE_MS = 60_000

/** Rebuilds are jobs: each has its turn, a page at a time. */
export function rebuildJobs(needs: RunNeeds): JobKind<Rebuild> {
  const { documents, log } = needs
  return {
    nameOf: ({ tenantId, name }) => JSON.stringify([tenantId, name]),

    async running(tenantId) {
      const { builds } = await readBuilds(documents, tenantId)
      return Object.entries(builds).flatMap(([name, { next }]) =>
        next?.isAsked ? [{ tenantId, name }] : [],
      )
    },

    async piece(whose, { signal, failures }) {
      try {
        const done = await advanceRebuild(needs, whose)
        if (done === 'over') log.info('a rebuild of a reducer is over', { ...whose })
        return done
      } catch (thrown) {
        const { message: reason } = thrown as Error
        const fields = { ...whose, reason }
        const isBusy = thrown instanceof AppError && thrown.code === 'busy'
        if (!isBusy) {
          log.warn('a rebuild of a reducer waits', fields)
          await noteTrouble(needs, whose, reason).catch(() => {})
        }
        const ms = Math.min(FIRST_TROUBLE_MS * 2 ** failures, MOST_TROUBLE_MS)
        await wait(ms, undefined, { signal }).catch(() => {})
        return 'trouble'
      }
    },

    pauseMs: (tookMs) => Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, tookMs * PAUSE_SHARE)),
    unread: (reason) => log.error('rebuilds of reducers cannot be read', { reason }),
  }
}

/** Carries rebuilds on in this process, also those that an earlier one began, until disposed. */
export function runRebuilds(
  needs: RunNeeds,
  registry: Pick<Registry, 'tenants'>,
): JobRunner<Rebuild> {
  return runJobs(rebuildJobs(needs), registry)
}
