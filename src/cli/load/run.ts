import { setTimeout as sleep } from 'node:timers/promises'
import { createLoads, type LoadReport } from '../../analytics/loads/loads'
import { systemClock as clock } from '../../platform/clock'
import { openDocumentsFile } from '../../platform/local'
import { askToFlush } from '../../platform/local/flush-requests'
import type { Loaded } from '../../platform/local/load/load'
import type { TargetPlace } from '../../platform/local/load/open'
import { archiveNow } from '../archive-now'
import { operatorOf } from '../audited'
import { type DataDirOption, requireDataDir } from '../data-dir'
import { explain } from '../failure'
import { showShare } from '../progress'
import { offlineTrail } from '../registry-place'
import { stopSignal } from '../stop-signal'
import { requireTenant } from '../tenant-option'

export interface LoadOptions {
  tenant: string
  name: string
  dryRun?: true
  watch?: true
  interval: number
  json?: true
}

/** Loads once, or again and again, and notes how it fares where `GET /analytics/loads` reads it. */
export async function runLoads(
  place: TargetPlace,
  describedAs: string,
  options: LoadOptions & DataDirOption,
) {
  const dataDir = requireDataDir(options)
  const stopped = new AbortController()
  void stopSignal(() => process.exit(CANCELLED)).then(() => stopped.abort())
  const { signal } = stopped
  const opened = openDocumentsFile(dataDir, clock)
  try {
    await requireTenant(opened.registry, options.tenant)
    const id = opened.secrets.derive('lake of loads', LAKE_ID_BYTES)
    const lakeId = Buffer.from(id).toString('hex')
    const context: Context = {
      place,
      describedAs,
      options,
      dataDir,
      lakeId,
      signal,
      passes: 0,
      opened,
    }
    if (!options.dryRun) {
      const audit = { audit: offlineTrail(opened) }
      const details = { target: describedAs }
      await operatorOf(options.tenant)(audit, 'load.started', options.name, details)
    }
    await loadOnceOrAgain(context)
  } catch (error) {
    if (!signal.aborted) throw error
    process.exitCode = CANCELLED
  } finally {
    opened.db.close()
  }
}

// Shells report a program that Ctrl-C ended so: 128 and the number of the signal.
const CANCELLED = 130
// As many tell any two lakes apart.
const LAKE_ID_BYTES = 16

interface Context {
  place: TargetPlace
  describedAs: string
  options: LoadOptions
  dataDir: string
  lakeId: string
  signal: AbortSignal
  /** So many loads have begun. */
  passes: number
  opened: ReturnType<typeof openDocumentsFile>
}

async function loadOnceOrAgain(context: Context) {
  const { options, signal } = context
  for (;;) {
    context.passes += 1
    try {
      await oneLoad(context)
    } catch (error) {
      signal.throwIfAborted()
      if (!options.watch || options.dryRun) throw error
      // A database that is away for a while comes back.
      process.stderr.write(`${explain(error)} It is tried again in ${options.interval} s.\n`)
    }
    if (!options.watch || options.dryRun) return
    await sleep(options.interval * 1000, undefined, { signal })
  }
}

async function oneLoad(context: Context) {
  const { place, describedAs, options, dataDir, lakeId, signal, opened } = context
  const { tenant: tenantId, name, dryRun: isDryRun = false, watch, interval } = options
  const loads = createLoads({ documents: opened.documents, clock })
  const startedAt = clock.now().toISOString()
  const base = { target: describedAs, startedAt, ...(watch && { everySeconds: interval }) }
  async function report(rest: Omit<LoadReport, 'target' | 'startedAt'>) {
    if (!isDryRun) await loads.put(tenantId, name, { ...base, ...rest })
  }

  using progress = showShare(process.stderr)
  const reported = createReporter(report)
  await report({ state: 'running', inserted: 0, removed: 0 })
  try {
    const isFresh = !isDryRun && (await freshen(context))
    const { loadOnce } = await import('../../platform/local/load/open')
    const loaded = await loadOnce(place, {
      ...{ dataDir, tenantId, lakeId, isDryRun, signal },
      onProgress({ day, inserted, removed, share }) {
        progress.show(share, `${day}, ${number(inserted)} events`)
        reported.tell({ inserted, removed })
      },
    })
    await reported.end()
    const { inserted, removed } = loaded
    const endedAt = clock.now().toISOString()
    const completeTo = isFresh ? startedAt : undefined
    await report({ state: 'done', inserted, removed, endedAt, completeTo })
    progress[Symbol.dispose]()
    print(loaded, completeTo, { describedAs, isDryRun, isJson: options.json === true })
  } catch (error) {
    await reported.end()
    const reason = signal.aborted ? 'It was stopped.' : explain(error)
    const endedAt = clock.now().toISOString()
    await report({ state: 'failed', ...reported.last(), endedAt, reason: reason.slice(0, 1000) })
    throw error
  }
}

/**
 * Puts what is stored by now into the lake, by the server that runs there, or by this process: the first time only,
 * since a server cannot start meanwhile.
 * @returns false when it has not been done
 */
async function freshen({ dataDir, signal, passes }: Context): Promise<boolean> {
  if (await askToFlush(dataDir, { signal })) return true
  if (passes > 1) return false
  await archiveNow(dataDir, { signal })
  return true
}

// Whoever looks sees how far it is; a write is a transaction of the server's file.
const EVERY_MS = 5000

/** Reports how far a load is, now and then, one report at a time. */
function createReporter(report: (so: Omit<LoadReport, 'target' | 'startedAt'>) => Promise<void>) {
  let last = { inserted: 0, removed: 0 }
  let at = performance.now()
  let writing: Promise<void> = Promise.resolve()
  return {
    tell(so: typeof last) {
      last = so
      if (performance.now() - at < EVERY_MS) return
      at = performance.now()
      writing = writing.then(() => report({ state: 'running', ...so })).catch(() => {})
    },
    last: () => last,
    end: () => writing,
  }
}

function print(
  loaded: Loaded,
  completeTo: string | undefined,
  { describedAs, isDryRun, isJson }: { describedAs: string; isDryRun: boolean; isJson: boolean },
) {
  if (isJson) {
    const more = isDryRun ? { isDryRun } : { completeTo }
    process.stdout.write(`${JSON.stringify({ target: describedAs, ...loaded, ...more })}\n`)
    return
  }
  const { made, inserted, changed, removed, files } = loaded
  const extent = completeTo === undefined ? 'the lake has' : `arrived before ${completeTo}`
  for (const one of made) process.stdout.write(`${isDryRun ? 'Would make' : 'Made'} ${one}.\n`)
  process.stdout.write(
    isDryRun
      ? `Would read ${number(files)} files, with at most ${number(inserted)} new events, into ${describedAs}.\n`
      : `${number(inserted)} events in, ${number(changed)} changed, ${number(removed)} out, from ${number(files)} files: ${describedAs} has what ${extent}.\n`,
  )
}

const number = (value: number) => value.toLocaleString('en')
