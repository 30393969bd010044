import { expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scopes } from '../../src/identity/scope'
import { openRegistryFile } from '../../src/platform/local'
import { startGoodTenant } from '../support/bounded/good-tenant'
import { drawSoak, stretchOf } from '../support/bounded/report'
import { between, msOf, percentile } from '../support/bounded/samples'
import { slowness } from '../support/bounded/slowness'
import { watch } from '../support/bounded/watch'
import { createSteppedClock } from '../support/crash/clock'
import { lakeCounts, missing, until } from '../support/crash/held'
import { temporaryFolder } from '../support/folders'
import { keyring } from '../support/keyring'
import { startLimitedServer } from '../support/limited-process'

// `tests/suites.ts` sets it for `npm run test:bounded -- soak`.
const SECONDS = Number(process.env.NONIUS_SOAK_SECONDS ?? 0)
const ALONE_MS = SECONDS * 250
const ATTACKED_MS = SECONDS * 750
const LIMIT = 1024 * 1024 * 1024
const HOUR = 3_600_000

// What the issue allows, to all but one in a thousand: that one may have met the disk of a machine that
// others use as well, which no test can tell from the server's own work.
const MAX_HEALTH_MS = 250 * slowness()
const MAX_WORST_HEALTH_MS = 1000

// Alone, a request takes some milliseconds. Beside thirty kinds of attack at once, each of its steps
// waits for what a turn of the event loop holds (20 to 80 ms on two processors that the attackers use
// too), and there are a dozen steps: the ratio is for machines where that is nothing, the rest for two
// processors.
const MAX_RATIO = 10
const MAX_MORE_MS = 3000
// A delivery has a dozen steps as well, and its attempt may take 15 s before the schedule's pauses begin:
// beyond that it would be late. Once more half of that for a machine that is busy.
const MAX_DELIVERY_MORE_MS = 22_500

it.skipIf(SECONDS === 0)(
  `serves a good tenant beside hostile ones for ${SECONDS} s as it does alone`,
  async () => {
    using folder = temporaryFolder()
    using aside = temporaryFolder()
    const dataDir = folder.path
    const clock = createSteppedClock(aside.path)
    const env = {
      ...clock.env,
      ...{ NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1', NONIUS_ARCHIVE_FLUSH_SECONDS: '5' },
      NONIUS_LOG_LEVEL: 'error',
    }
    await using server = await startLimitedServer(dataDir, { limitBytes: LIMIT, env })
    const [good, ...hostile] = await keysOf(dataDir, server.key)
    const tenant = await startGoodTenant({ url: server.url, key: good! })
    await using _tenant = tenant
    const seen = watch({ url: server.url, pid: server.process.pid })

    // Not measured: whatever is compiled and opened on first use.
    await Bun.sleep(3000)
    const begun = performance.now()
    await Bun.sleep(ALONE_MS)

    const attacked = performance.now()
    const attack = join(import.meta.dir, '../support/bounded/hostile/main.ts')
    const only = process.env.NONIUS_SOAK_ONLY ?? ''
    const words = [server.url, hostile.join(), String(ATTACKED_MS / 1000 + 30), only]
    // The lowest priority: what is looked for is what harms the server, not who gets the processor.
    const attacker = Bun.spawn(['nice', '-n', '19', process.execPath, attack, ...words])
    // Back an hour, on two, and back to where it was.
    for (const step of [-HOUR, 2 * HOUR, -HOUR]) {
      await Bun.sleep(ATTACKED_MS / 4)
      await clock.step(step)
    }
    await Bun.sleep(ATTACKED_MS / 4)
    attacker.kill('SIGTERM')
    const outcomes = JSON.parse(await new Response(attacker.stdout).text())
    const ended = performance.now()

    // What was under way ends (30 s: the longest that a request or an attempt may take).
    await Bun.sleep(Math.min(30_000, ALONE_MS))
    const settled = performance.now()
    await Bun.sleep(Math.min(15_000, ALONE_MS))
    await tenant.stop()
    await seen.stop()
    const over = performance.now()

    const marks = [
      { at: begun, name: 'alone' },
      { at: attacked, name: 'attacked' },
      { at: ended, name: 'alone again' },
    ]
    const file = process.env.NONIUS_SOAK_PLOT ?? join(aside.path, 'soak.svg')
    writeFileSync(file, drawSoak(tenant, seen, marks))
    const alone = stretchOf(tenant, seen, begun, attacked)
    const beside = stretchOf(tenant, seen, attacked, ended)
    const after = stretchOf(tenant, seen, settled, over)
    console.log(
      JSON.stringify({ outcomes, putOff: tenant.putOff(), peakMb: server.peakBytes() >> 20 }),
    )
    console.table({ alone, beside, after })
    const during = between(tenant.requests, attacked, ended)
    for (const [what, some] of Map.groupBy(during, (one) => one.what)) {
      console.log(
        what,
        Math.round(percentile(msOf(some), 0.5)),
        Math.round(percentile(msOf(some), 0.99)),
      )
    }

    server.assertWell()
    expect(seen.health.filter(({ isWell }) => !isWell)).toEqual([])
    expect(tenant.wrong).toEqual([])
    expect(beside.ownHealthP999).toBeLessThanOrEqual(MAX_HEALTH_MS)
    expect(beside.ownHealthWorst).toBeLessThanOrEqual(MAX_WORST_HEALTH_MS)
    expect(beside.p99).toBeLessThanOrEqual(Math.max(alone.p99 * MAX_RATIO, alone.p99 + MAX_MORE_MS))
    expect(beside.deliveryP99).toBeLessThanOrEqual(
      Math.max(alone.deliveryP99 * MAX_RATIO, alone.deliveryP99 + MAX_DELIVERY_MORE_MS),
    )

    // Well again, without a restart. What was begun goes on for a while: replays in the background,
    // deliveries to receivers that misbehave, an archive to catch up.
    // The engine gives memory back when it likes; what matters is that it took no more and more.
    expect(after.rssMb).toBeLessThan(Math.max(beside.rssMb, (LIMIT * 0.8) / 1024 / 1024))
    expect(after.p99).toBeLessThanOrEqual(Math.max(alone.p99 * MAX_RATIO, alone.p99 + 500))
    expect(after.deliveryP99).toBeLessThanOrEqual(alone.deliveryP99 + MAX_DELIVERY_MORE_MS / 2)
    expect((await fetch(`${server.url}/ready`)).status).toBe(200)
    await until(() => missing(tenant.acknowledged, tenant.received).length === 0, 30_000)
    expect(missing(tenant.acknowledged, tenant.received)).toEqual([])
    expect(await server.stop()).toBe(0)
    expect(missing(tenant.acknowledged, await lakeCounts(dataDir))).toEqual([])
  },
  SECONDS * 1000 + 180_000,
)

/** Of four tenants; the first is the good one. */
async function keysOf(dataDir: string, demo: string): Promise<string[]> {
  const { registry, db } = openRegistryFile(dataDir)
  const { issue } = keyring({
    registry,
    clock: { now: () => new Date(), monotonic: () => 0 },
    demo,
  })
  const keys: string[] = []
  for (const tenantId of ['good', 'hostile-1', 'hostile-2', 'hostile-3']) {
    await registry.tenants.put({ tenantId, name: tenantId, createdAt: new Date().toISOString() })
    keys.push(await issue([...scopes], tenantId))
  }
  db.close()
  return keys
}
