import type { EventRecord } from '../../src/event/record'
import { stampWith } from '../../src/ingest/steps/stamp'
import { commonOf } from '../../src/mapping/common'
import { explained } from '../../src/standards/caliper/explain'
import { readCaliper } from '../../src/standards/caliper/parse'
import { platformEvents } from '../samples/platforms'
import { drawFrom } from '../samples/random'

// So many samples are ten of each platform and tenth of sizes: enough for a mean that is stable to the
// second digit, and read in a moment.
const SAMPLES = 300

/**
 * Makes records of events of `bytes` on average, as the pipeline would store them: those of three made-up
 * platforms, whose sizes are spread as real ones are, twenty in a request. They are the same each time.
 */
export function sampleRecords(bytes: number, hotTtlDays: number, count = SAMPLES): EventRecord[] {
  const events = platformEvents(bytes, count)
  const requests = Array.from({ length: Math.ceil(count / IN_A_REQUEST) }, (_, at) => at)
  return requests.flatMap((at) => {
    const data = events.slice(at * IN_A_REQUEST, (at + 1) * IN_A_REQUEST)
    return recordsOf(data, { at, hotTtlDays })
  })
}

const IN_A_REQUEST = 20
const FIRST_ARRIVAL = Date.UTC(2026, 10, 23, 7, 2)

function recordsOf(
  data: readonly unknown[],
  { at, hotTtlDays }: { at: number; hotTtlDays: number },
): EventRecord[] {
  const draw = drawFrom(at)
  const arrivedAt = FIRST_ARRIVAL + at * 2740 + draw.below(2740)
  const receivedAt = new Date(arrivedAt).toISOString()
  const sendTime = new Date(arrivedAt - 40 - draw.below(400)).toISOString()
  const server = {
    subject: 'key_7d02b94ce15f8a36',
    ip: '203.0.113.7',
    userAgent: 'fjordlearn-forwarder/4.18 (+https://sky.fjordlearn.example)',
    requestId: draw.uuid(),
  }
  const envelope = {
    sensor: 'https://sky.fjordlearn.example/sensor',
    sendTime,
    dataVersion: 'http://purl.imsglobal.org/ctx/caliper/v1p2',
    data,
  }
  const reading = explained(readCaliper(JSON.stringify(envelope), receivedAt))
  const terms = { days: hotTtlDays }
  const where = { tenantId: 'northfield', sourceId: 'fjord-sky' }
  const stamp = stampWith({ ...where, server, receivedAt, terms, commonOf })
  return reading.items.flatMap((item) => ('event' in item ? [stamp(item.event)] : []))
}
