import { Command, InvalidArgumentError } from 'commander'
import type { AuditTrail } from '../src/audit/trail'
import { verifyTrail, wordsOf } from '../src/cli/audit-verify'
import { requireTenant, tenantOption } from '../src/cli/tenant-option'
import { keptDaysOf } from '../src/governance/kept-days'
import { createPolicies } from '../src/governance/policies'
import { createRoots } from '../src/merkle/roots/roots'
import { walkAthena, walkByLeaf } from '../src/merkle/verify/athena'
import { verifyLog } from '../src/merkle/verify/verify'
import { hashing } from '../src/platform/aws/trees/hashing'
import { systemClock as clock } from '../src/platform/clock'
import type { Lake } from '../src/platform/lake'
import { openLeafIndex } from '../src/platform/local/verify/leaf-index'
import type { ServingPlatform } from '../src/platform/platform'
import type { Trees } from '../src/platform/trees'

interface Needs
  extends Pick<ServingPlatform, 'documents' | 'box' | 'events' | 'blobs' | 'registry'> {
  trees: Trees
  audit: Pick<AuditTrail, 'verify'>
  openLake(): Lake
}

function days(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a number of days.')
}

/** Verifies the log of a deployment, with the credentials of whoever may deploy it. */
export function auditCommandOnAws(needs: Needs): Command {
  const verify = new Command('verify')
    .description(
      'look at every entry of the trail, and at every event in hot store and lake whose hour is over; name what another hand changed; exit 1 if something was',
    )
    .addOption(tenantOption())
    // The hot store of the profile that keeps it for the shortest time has seven.
    .option('--hot-days <n>', 'for how many days the hot store holds events', days, 7)
    .option('--json', 'print JSON')
    .action(async (options: { tenant: string; hotDays: number; json?: true }) => {
      const { tenantId } = await requireTenant(needs.registry, options.tenant)
      const trail = await verifyTrail(needs.audit, tenantId)
      const log = await verifyAll(needs, tenantId, options.hotDays)
      const text = options.json ? JSON.stringify({ ...trail, log }) : wordsOf(trail, log)
      process.stdout.write(`${text}\n`)
      if (trail.fault !== undefined || log.faults.length > 0) process.exitCode = 1
    })
  return new Command('audit').description('whether all is as it was').addCommand(verify)
}

async function verifyAll(needs: Needs, tenantId: string, hotDays: number) {
  const { documents, trees } = needs
  const now = clock.now()
  const policies = createPolicies({ documents, clock, environment: 'production' })
  using index = openLeafIndex()
  const places = [
    walkAthena({ ...needs, lake: needs.openLake(), now }),
    walkByLeaf({ ...needs, now, hotDays }),
  ]
  return verifyLog(
    {
      ...{ trees, index, hashing, places, now, roots: createRoots(needs) },
      keptDays: await keptDaysOf(policies)(tenantId),
      // An hour that is not over has no tree: what has no leaf yet is looked at by its time.
      settled: async () => {},
      pendingFrom: new Date(now.getTime() - 3 * 60 * 60 * 1000),
    },
    tenantId,
  )
}
