import { describe, expect, it } from 'bun:test'
import { simulatedTime, throttledFirehose } from '../../../../tests/support/aws/throttled-firehose'
import { memoryBlobs } from '../../../../tests/support/blobs'
import { aBatch, aRecord } from '../../../../tests/support/records'
import { createArchive } from '../archive'

const KB = 1000

/** An archive on a Firehose in simulated time, within calls of Lambda. */
function anArchive(
  bytesPerSecond: (stream: string) => number,
  { names = ['a'], callMs = 60_000 }: { names?: string[]; callMs?: number } = {},
) {
  const time = simulatedTime()
  const firehose = throttledFirehose({ time, bytesPerSecond })
  let endsAt = Number.POSITIVE_INFINITY
  const streams = { standard: names, sensitive: ['s'], pii: ['p'], system: ['y'] }
  const archive = createArchive({
    ...{ client: firehose.client, streams, blobs: memoryBlobs(), pause: time.pause },
    leftMs: () => endsAt - time.ms(),
  })
  return {
    ...firehose,
    time,
    /** @returns the error, where there is one */
    async write(records: ReturnType<typeof aRecord>[]) {
      endsAt = time.ms() + callMs
      return archive.write(aBatch('b', records)).catch((error: Error) => error)
    },
  }
}

// Each is a record of Firehose by itself.
const large = (count: number) =>
  Array.from({ length: count }, () => aRecord({ raw: 'x'.repeat(60 * KB) }))
const idsOf = (records: { eventId: string }[]) => records.map(({ eventId }) => eventId).toSorted()

describe('records that Firehose refuses', () => {
  it('are sent again until it takes them, each once, at the pace at which it does', async () => {
    const { write, eventIds, calls, time } = anArchive(() => 128 * KB)
    const records = large(40)
    const begun = time.ms()
    expect(await write(records)).toBeUndefined()
    expect(eventIds().toSorted()).toEqual(idsOf(records))
    const seconds = (time.ms() - begun) / 1000
    expect(seconds).toBeGreaterThan(17) // 2.4 MB at 128 KB a second
    expect(seconds).toBeLessThan(40)
    // It is asked a few times a second at most.
    expect(calls.length).toBeLessThan(8 * seconds)
  })

  it('are waited for until five seconds before the end of the call, and then told', async () => {
    const { write, calls, time } = anArchive(() => 0)
    const begun = time.ms()
    const error = await write(large(3))
    expect(error).toMatchObject({ name: 'StorageError', isRetriable: true })
    expect((error as Error).message).toContain('ServiceUnavailableException')
    const seconds = (time.ms() - begun) / 1000
    expect(seconds).toBeGreaterThan(45)
    expect(seconds).toBeLessThanOrEqual(55)
    // The pauses grow: 100 ms to five seconds.
    expect(calls.length).toBeLessThan(30)
  })

  it('are all that is sent when their batch comes again', async () => {
    const { write, eventIds, time } = anArchive(() => 64 * KB, { callMs: 12_000 })
    const records = large(20)
    let tries = 1
    while ((await write(records)) !== undefined) {
      tries += 1
      await time.pause(1000)
    }
    expect(tries).toBeGreaterThan(1)
    expect(eventIds().toSorted()).toEqual(idsOf(records))
  })

  it('are of one class: what others took is not sent again', async () => {
    const { write, eventIds } = anArchive((stream) => (stream === 'a' && isDown ? 0 : 10_000 * KB))
    let isDown = true
    const records = [...large(2), aRecord({ retentionClass: 'pii' })]
    expect(await write(records)).toBeInstanceOf(Error)
    expect(eventIds()).toEqual([records[2]!.eventId])
    isDown = false
    expect(await write(records)).toBeUndefined()
    expect(eventIds().toSorted()).toEqual(idsOf(records))
  })

  it('are not waited for when waiting does not help', async () => {
    const denied = Object.assign(new Error('not authorized'), {
      ...{ name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } },
    })
    const { write, calls } = anArchive(() => {
      throw denied
    })
    expect(await write(large(1))).toMatchObject({ name: 'StorageError', isRetriable: false })
    expect(calls).toHaveLength(1)
  })

  it('are waited for a moment where no call says how long it may take', async () => {
    const time = simulatedTime()
    const { client, calls } = throttledFirehose({ time, bytesPerSecond: () => 0 })
    const names = { standard: ['a'], sensitive: ['s'], pii: ['p'], system: ['y'] }
    const archive = createArchive({ client, streams: names, blobs: memoryBlobs() })
    const begun = performance.now()
    await expect(archive.write(aBatch('b', large(1)))).rejects.toThrow('refused')
    expect(performance.now() - begun).toBeLessThan(5000)
    expect(calls.length).toBeGreaterThan(2)
  })
})

describe('several streams of a class', () => {
  const names = ['a', 'b', 'c']

  it('take as much as all of them together', async () => {
    const { write, taken, eventIds, time } = anArchive(() => 128 * KB, { names })
    const records = large(60)
    const begun = time.ms()
    expect(await write(records)).toBeUndefined()
    expect(eventIds().toSorted()).toEqual(idsOf(records))
    // 3.6 MB at thrice 128 KB; one stream would take 28 s.
    expect((time.ms() - begun) / 1000).toBeLessThan(15)
    const shares = names.map((name) => taken.filter(({ stream }) => stream === name).length)
    expect(Math.min(...shares)).toBeGreaterThan(10)
  })

  it('take turns while none of them refuses', async () => {
    const { write, calls } = anArchive(() => 10_000 * KB, { names })
    // Another class beside it has turns of its own.
    for (let nth = 0; nth < 9; nth += 1) {
      await write([
        aRecord(),
        aRecord({ retentionClass: 'pii' }),
        aRecord({ retentionClass: 'system' }),
      ])
    }
    const shares = names.map((name) => calls.filter(({ stream }) => stream === name).length)
    expect(shares).toEqual([3, 3, 3])
  })

  it('take what one of them refuses, at once', async () => {
    const { write, calls, time, eventIds } = anArchive(
      (stream) => (stream === 'b' ? 10_000 * KB : 0),
      { names },
    )
    const records = large(2)
    const begun = time.ms()
    expect(await write(records)).toBeUndefined()
    expect(eventIds().toSorted()).toEqual(idsOf(records))
    expect(calls.length).toBeLessThanOrEqual(3)
    expect(time.ms() - begun).toBeLessThan(100)
  })
})
