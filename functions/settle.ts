import { Resource } from 'sst'
import { readConfig } from '../src/config/read-config'
import { createPolicies } from '../src/governance/policies'
import { openSettling } from '../src/platform/aws/settling'
import { systemClock as clock } from '../src/platform/clock'
import { createLog } from '../src/telemetry/log'
import { createGauges } from '../src/telemetry/metrics'

const config = readConfig(process.env)
const log = createLog(config.logLevel, 'json')
const { settlement, documents } = openSettling(Resource.Nonius, { clock, log })
const policies = createPolicies({ documents, clock, environment: config.environment })
const gauges = createGauges(Resource.App)

const DAY_MS = 24 * 60 * 60_000
// Firehose takes five minutes to deliver, and more on a bad day; what comes later is settled later.
const CLOSED_AFTER_MS = 3 * 60 * 60_000
// Lambda ends it after fifteen minutes. Expiry has five at the most, and a step may take a while to be noted.
const RUN_MS = 9 * 60_000

/**
 * Removes what has been kept for long enough, then settles the days that are closed, as far as there is time: the
 * next call goes on.
 */
export async function handler(): Promise<void> {
  const now = clock.now()
  const until = new Date(now.getTime() - CLOSED_AFTER_MS).toISOString().slice(0, 10)
  const keptDays = async (tenantId: string) =>
    (await policies.inForce(tenantId)).policy.retentionDays
  try {
    // Neither keeps the other from its turn; the first failure is the one that Lambda counts.
    const turns = [
      () => settlement.expire(now, keptDays),
      () => settlement.settle({ until, maxMs: RUN_MS }),
    ]
    const failures: unknown[] = []
    for (const turn of turns) await turn().catch((error) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  } finally {
    const { settledThrough } = await settlement.state()
    const behind = settledThrough && (Date.parse(until) - Date.parse(settledThrough)) / DAY_MS - 1
    if (typeof behind === 'number') gauges.report('SettleBehindDays', behind)
  }
}
