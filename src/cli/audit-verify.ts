import { join } from 'node:path'
import { Command } from 'commander'
import type { AuditTrail, AuditVerdict } from '../audit/trail'
import { keptDaysOf } from '../governance/kept-days'
import { createPolicies } from '../governance/policies'
import { createRoots } from '../merkle/roots/roots'
import type { LogVerdict } from '../merkle/verify/verdict'
import { verifyLog } from '../merkle/verify/verify'
import { systemClock as clock } from '../platform/clock'
import { openDocumentsFile } from '../platform/local'
import { openTrees } from '../platform/local/trees'
import { hashing } from '../platform/local/trees/hashing'
import { openLeafIndex } from '../platform/local/verify/leaf-index'
import { walkLake } from '../platform/local/verify/walk-lake'
import { walkLog } from '../platform/local/verify/walk-log'
import { archiveNow } from './archive-now'
import { type DataDirOption, dataDirOption, requireDataDir } from './data-dir'
import { offlineTrail } from './registry-place'
import { requireTenant, tenantOption } from './tenant-option'

interface Options extends DataDirOption {
  tenant: string
  json?: true
  trail?: true
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'look at every entry of the trail, and at every event in hot store and lake; name what another hand changed; exit 1 if something was',
    )
    .addOption(tenantOption())
    .addOption(dataDirOption())
    .option('--trail', 'look at the trail alone, which takes seconds')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      const dataDir = requireDataDir(options)
      using opened = closing(openDocumentsFile(dataDir, clock))
      const { tenantId } = await requireTenant(opened.registry, options.tenant)
      const trail = await verifyTrail(offlineTrail(opened), tenantId)
      const log = options.trail ? undefined : await verifyAll(dataDir, opened, tenantId)
      const verdict = { ...trail, ...(log && { log }) }
      const text = options.json ? JSON.stringify(verdict) : wordsOf(trail, log)
      process.stdout.write(`${text}\n`)
      if (trail.fault !== undefined || (log && log.faults.length > 0)) process.exitCode = 1
    })
}

function closing(opened: ReturnType<typeof openDocumentsFile>) {
  return { ...opened, [Symbol.dispose]: () => opened.db.close() }
}

/** Looks at the whole trail, a page after the other. */
export async function verifyTrail(
  trail: Pick<AuditTrail, 'verify'>,
  tenantId: string,
): Promise<AuditVerdict> {
  let entries = 0
  let first: number | undefined
  for (let cursor: string | undefined; ; ) {
    const { nextCursor, ...found }: AuditVerdict = await trail.verify(tenantId, { cursor })
    entries += found.entries
    first ??= found.first
    cursor = nextCursor
    if (cursor === undefined) return { ...found, entries, first }
  }
}

async function verifyAll(
  dataDir: string,
  { documents, box }: ReturnType<typeof openDocumentsFile>,
  tenantId: string,
): Promise<LogVerdict> {
  const settled = () => archiveNow(dataDir)
  await settled()
  const policies = createPolicies({ documents, clock, environment: 'production' })
  const problems: string[] = []
  await using trees = openTrees(join(dataDir, 'trees.db'), { add: (text) => problems.push(text) })
  using index = openLeafIndex()
  const verdict = await verifyLog(
    {
      ...{ trees, index, hashing, settled },
      roots: createRoots({ documents, box }),
      places: [walkLake(dataDir), walkLog(join(dataDir, 'hot'))],
      keptDays: await keptDaysOf(policies)(tenantId),
      now: clock.now(),
    },
    tenantId,
  )
  const ours = problems.map((message) => ({ kind: 'removed', place: 'tree', message }) as const)
  return { ...verdict, faults: [...ours, ...verdict.faults] }
}

// Whoever sees so many has seen enough; `--json` has a thousand.
const MOST_LINES = 50

/** Says in words what was found. */
export function wordsOf(trail: AuditVerdict, log: LogVerdict | undefined): string {
  return [...trailWords(trail), ...(log === undefined ? [] : logWords(log))].join('\n')
}

function trailWords({ entries, last, hash, fault }: AuditVerdict): string[] {
  if (fault !== undefined) return [`${fault.message} (${fault.kind})`]
  if (entries === 0) return ['The trail has no entries.']
  return [`${entries} entries are whole, up to ${last}.`, `hash ${hash}`]
}

function logWords({
  trees,
  leaves,
  closed,
  forgotten,
  events,
  unproven,
  root,
  ...found
}: LogVerdict) {
  const { faults, moreFaults } = found
  const number = (count: number) => count.toLocaleString('en')
  const read = Object.entries(events).map(([place, count]) => `${number(count)} in the ${place}`)
  const lines = [
    `Events: ${read.join(', ')}; ${number(leaves)} leaves in ${number(trees)} trees, ${number(closed)} of them closed.`,
    ...(forgotten > 0
      ? [`${number(forgotten)} leaves are of events that were erased, or kept for long enough.`]
      : []),
    ...(unproven > 0
      ? [`${number(unproven)} events are from before there were trees: nothing tells of them.`]
      : []),
    ...faults.slice(0, MOST_LINES).map(({ kind, message }) => `${message} (${kind})`),
  ]
  const more = faults.length - Math.min(faults.length, MOST_LINES) + moreFaults
  if (more > 0) lines.push(`There are ${number(more)} more of that kind; --json has them.`)
  if (faults.length === 0) lines.push('All of them are as they were when they were stored.')
  if (root) lines.push(`root ${root.sequence} of ${root.hour}: ${root.hash}`)
  return lines
}
