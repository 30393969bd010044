import { FirehoseClient, type PutRecordBatchInput } from '@aws-sdk/client-firehose'
import type { Clock } from '../../../src/platform/clock'
import { withAnswers } from './faults'

/** A clock that is turned by whoever waits for it. */
export function simulatedTime(start = Date.parse('2026-11-30T08:00:00Z')) {
  let ms = start
  const clock: Clock = { now: () => new Date(ms), monotonic: () => ms }
  return {
    clock,
    ms: () => ms,
    async pause(wait: number) {
      ms += wait
    },
  }
}

interface Terms {
  time: ReturnType<typeof simulatedTime>
  /** What a stream takes a second at the time, in bytes; at 0 it answers that the service is unavailable. */
  bytesPerSecond(stream: string): number
}

const CALL_MS = 20 // of the simulated time
// What has an allowance is not without it because a record is larger than that of a second.
const LARGEST = 70_000

/**
 * Firehose in simulated time: a stream has the allowance of a second, and refuses the records beyond it, one by
 * one; a stream without one refuses the call.
 */
export function throttledFirehose({ time, bytesPerSecond }: Terms) {
  const allowances = new Map<string, { bytes: number; at: number }>()
  const calls: { stream: string; at: number; records: number; taken: number }[] = []
  const taken: { stream: string; data: Uint8Array }[] = []
  const refused = () =>
    Object.assign(new Error('Slow down.'), {
      ...{ name: 'ServiceUnavailableException', $metadata: { httpStatusCode: 503 } },
    })

  function take(stream: string, bytes: number): boolean {
    const rate = bytesPerSecond(stream)
    const last = allowances.get(stream) ?? { bytes: rate, at: time.ms() }
    const grown = last.bytes + ((time.ms() - last.at) / 1000) * rate
    const has = Math.min(Math.max(rate, LARGEST), grown)
    const isTaken = has >= bytes
    allowances.set(stream, { bytes: isTaken ? has - bytes : has, at: time.ms() })
    return isTaken
  }

  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  const client = withAnswers(
    new FirehoseClient({ region: 'us-east-1', credentials }),
    (_, input) => {
      const { DeliveryStreamName: stream = '', Records = [] } = input as PutRecordBatchInput
      void time.pause(CALL_MS)
      const call = { stream, at: time.ms(), records: Records.length, taken: 0 }
      calls.push(call)
      if (bytesPerSecond(stream) === 0) throw refused()
      const RequestResponses = Records.map(({ Data }) => {
        if (!take(stream, Data!.length)) return { ErrorCode: 'ServiceUnavailableException' }
        call.taken += 1
        taken.push({ stream, data: Data! })
        return { RecordId: String(taken.length) }
      })
      const FailedPutCount = Records.length - call.taken
      return { FailedPutCount, RequestResponses }
    },
  )
  /** The ids of the events that were taken, as often as they were. */
  const eventIds = () =>
    taken.flatMap(({ data }) =>
      Buffer.from(data)
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).event_id as string),
    )
  return { client, calls, taken, eventIds }
}
