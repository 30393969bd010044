import { expect, sendJson } from '../calling'
import { type Context, until } from './check'

// Firehose waits five minutes for more (`infra/archive.ts`). A look costs as much as 10 MB scanned, US$ 0.00005:
// all that eight minutes have room for, half a cent.
const LOOK_MS = 5000

const HOUR_MS = 3_600_000

/** Sends an event of a type of its own, and counts those of the type in the lake. */
export async function reachesLake(context: Context): Promise<void> {
  const { deployment, run } = context
  const type = `smoke_test_lake_${run}`
  const now = Date.now()
  const event = { event_type: type, user_id: 'smoke-test', timestamp: new Date(now).toISOString() }
  expect(await sendJson(deployment, 'POST', '/api/v1/events', event), 201)
  const [from, to] = [now - HOUR_MS, now + HOUR_MS].map((at) => new Date(at).toISOString())
  const asked = new URLSearchParams({ type, from: from!, to: to! })
  await until(context, LOOK_MS, async () => {
    const answer = await deployment.call(`/analytics/metrics?${asked}`)
    const { status, body } = answer
    // A question may take too long where another is asked: that is no answer yet.
    const isRefused = status === 401 || status === 403
    if (status !== 200 && !isRefused) {
      return { waitsFor: `the question was answered ${status}: ${detailOf(body)}` }
    }
    const { rows } = expect(answer, 200) as Metrics
    const count = rows.reduce((sum, { value }) => sum + value, 0)
    return count > 0 ? { found: count } : { waitsFor: 'Firehose writes every five minutes' }
  })
}

interface Metrics {
  rows: { value: number }[]
}

function detailOf(body: unknown): string {
  return (body as { detail?: string } | null)?.detail ?? String(body).slice(0, 200)
}
