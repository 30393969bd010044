import { describe, expect, it } from 'bun:test'
import type { DynamoDBRecord } from 'aws-lambda'
import {
  aConsumer,
  aHandler,
  change,
  changes,
  sequences,
} from '../../../../tests/support/aws/stream'
import { StorageError } from '../../../error/storage-error'
import { silentLog } from '../../../telemetry/log'
import type { StreamHandler } from '../change-feed'
import { replayFailedBatches } from './failed-batches'

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:nonius-ci'
const only = (handle: StreamHandler) => new Map([[`${ARN}-Changes`, handle]])

describe('batches that Lambda gave up', () => {
  const failure = (Records: DynamoDBRecord[]) =>
    Buffer.from(JSON.stringify({ version: '1.0', payload: JSON.stringify({ Records }) }))
  const place = (name: string) => `aws/lambda/mapping/shardId-1/2026/11/21/${name}`
  const [poison, fine] = ['poison', 'fine'].map((b) => Buffer.from(b).toString('base64')) as [
    string,
    string,
  ]
  const now = () => new Date('2026-11-21T10:00:00Z')
  const until = new Date('2026-11-21T10:01:00Z')

  it('are handled once more, oldest first, and forgotten', async () => {
    const consumer = aConsumer('a')
    const { handle, blobs, held } = aHandler([consumer])
    const [older, newer] = [changes(2), changes(1)]
    await blobs.put(place('2026-11-21T09.00.01-x'), failure(newer))
    await blobs.put(place('2026-11-21T09.00.00-x'), failure(older))
    const replayed = await replayFailedBatches({
      blobs,
      handlers: only(handle),
      until,
      now,
      log: silentLog,
    })
    expect(replayed).toMatchObject({ handled: 2, left: 0 })
    expect(consumer.seen()).toEqual(sequences([...older, ...newer]))
    expect(held()).toEqual({})
  })

  it('go to the function that failed on them, and to all when it is none of these', async () => {
    const [changing, following] = [aConsumer('a'), aConsumer('b')]
    const { handle, blobs, held } = aHandler([changing])
    const handlers = new Map([...only(handle), [`${ARN}-Follow`, aHandler([following]).handle]])
    const addressed = (functionArn: string, Records: DynamoDBRecord[]) =>
      Buffer.from(
        JSON.stringify({ requestContext: { functionArn }, payload: JSON.stringify({ Records }) }),
      )
    const [first, second, third, fourth] = [changes(1), changes(2), changes(1), changes(1)]
    await blobs.put(place('1'), addressed(`${ARN}-Follow`, first))
    await blobs.put(place('2'), addressed(`${ARN}-Changes:$LATEST`, second))
    await blobs.put(place('3'), addressed(`${ARN}-Former`, third))
    await blobs.put(place('4'), failure(fourth))
    const replayed = await replayFailedBatches({ blobs, handlers, until, now, log: silentLog })
    expect(replayed).toMatchObject({ handled: 4, left: 0 })
    expect(changing.seen()).toEqual(sequences([...second, ...third, ...fourth]))
    expect(following.seen()).toEqual(sequences([...first, ...third, ...fourth]))
    expect(held()).toEqual({})
  })

  it('stay until all have had them to whom they go', async () => {
    let isBroken = true
    const broken = aConsumer('b', () => isBroken)
    const { handle, blobs, held } = aHandler([aConsumer('a')])
    const handlers = new Map([...only(handle), [`${ARN}-Follow`, aHandler([broken]).handle]])
    await blobs.put(place('1'), failure(changes(1)))
    const replay = () => replayFailedBatches({ blobs, handlers, until, now, log: silentLog })
    expect(await replay()).toMatchObject({ handled: 0, left: 1 })
    isBroken = false
    expect(await replay()).toMatchObject({ handled: 1, left: 0 })
    expect(held()).toEqual({})
  })

  it('stay when they fail again, and hold up no other', async () => {
    const bad = changes(1)
    const consumer = aConsumer('a', ({ id }) => id.startsWith(sequences(bad)[0]!))
    const { handle, blobs, held } = aHandler([consumer])
    const good = changes(1)
    await blobs.put(place('1'), failure(bad))
    await blobs.put(place('2'), failure(good))
    const replayed = await replayFailedBatches({
      blobs,
      handlers: only(handle),
      until,
      now,
      log: silentLog,
    })
    expect(replayed).toMatchObject({ handled: 1, left: 1 })
    expect(consumer.seen()).toEqual(sequences(good))
    expect(Object.keys(held())).toEqual([place('1')])
  })

  it('may be single records that were set aside, to be tried again after a repair', async () => {
    const broken = aHandler([])
    const unreadable = change('poison')
    await broken.handle({ Records: [unreadable] })
    const [[, text]] = Object.entries(broken.held()) as [[string, string]]

    const consumer = aConsumer('a')
    const { handle, blobs, held } = aHandler([consumer])
    await blobs.put(place('again'), Buffer.from(text.replaceAll(poison, fine)))
    await blobs.put(place('still'), Buffer.from(text))
    const replayed = await replayFailedBatches({
      blobs,
      handlers: only(handle),
      until,
      now,
      log: silentLog,
    })
    expect(replayed).toMatchObject({ handled: 2, left: 0 })
    expect(consumer.seen()).toEqual(sequences([unreadable]))
    // The record that still cannot be read is back where it was.
    expect(Object.keys(held())).toEqual([
      expect.stringMatching(
        new RegExp(`^failed/records/[0-9a-f]{2}/${sequences([unreadable])[0]}$`),
      ),
    ])
  })

  it('are moved aside when they are none', async () => {
    const { handle, blobs, held } = aHandler([])
    await blobs.put(place('1'), Buffer.from('{"payload":"nothing"}'))
    const replayed = await replayFailedBatches({
      blobs,
      handlers: only(handle),
      until,
      now,
      log: silentLog,
    })
    expect(replayed).toMatchObject({ handled: 0, left: 1 })
    expect(Object.keys(held())).toEqual([`failed/batches/${place('1')}`])
  })

  const unhandled: [what: string, text: Buffer][] = [
    ['holds what is no change', Buffer.from('{"payload":{"Records":[{"eventName":"INSERT"}]}}')],
    ['holds nothing', Buffer.from('{"payload":{"Records":[null]}}')],
  ]
  for (const [what, text] of unhandled) {
    it(`hold up no other when one ${what}`, async () => {
      const consumer = aConsumer('a')
      const { handle, blobs, held } = aHandler([consumer])
      const good = changes(1)
      await blobs.put(place('1'), text)
      await blobs.put(place('2'), failure(good))
      const replayed = await replayFailedBatches({
        blobs,
        handlers: only(handle),
        until,
        now,
        log: silentLog,
      })
      expect(replayed).toMatchObject({ handled: 1, left: 1 })
      expect(consumer.seen()).toEqual(sequences(good))
      expect(Object.keys(held())).toEqual([`failed/batches/${place('1')}`])
    })
  }

  it('hold up no other when one cannot be read at the moment', async () => {
    const consumer = aConsumer('a')
    const { handle, blobs, held } = aHandler([consumer])
    const good = changes(1)
    await blobs.put(place('1'), failure(changes(1)))
    await blobs.put(place('2'), failure(good))
    const { get } = blobs
    blobs.get = async (key) => {
      if (key === place('1')) throw new StorageError('S3 is busy', { isRetriable: true })
      return get(key)
    }
    const replayed = await replayFailedBatches({
      blobs,
      handlers: only(handle),
      until,
      now,
      log: silentLog,
    })
    expect(replayed).toMatchObject({ handled: 1, left: 1 })
    expect(consumer.seen()).toEqual(sequences(good))
    expect(Object.keys(held())).toEqual([place('1')])
  })

  it('wait for the next time when there is no more time', async () => {
    const { handle, blobs, held } = aHandler([])
    await blobs.put(place('1'), failure(changes(1)))
    const needs = { blobs, handlers: only(handle), until: now(), now, log: silentLog }
    expect(await replayFailedBatches(needs)).toMatchObject({ handled: 0, left: 0 })
    expect(Object.keys(held())).toHaveLength(1)
  })
})
