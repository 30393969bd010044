import { expect, it } from 'bun:test'
import type { SQSEvent } from 'aws-lambda'
import { silentLog as log } from '../../../telemetry/log'
import { type Work, writeWork } from '../draining/work'
import { createDrainHandler, type Progress } from './drain-handler'

const all: Work[] = [
  { of: 'spill', lane: '7f' },
  { of: 'batches', prefix: 'aws/lambda/m/s/' },
  { of: 'changes' },
  { of: 'records', retentionClass: 'pii' },
]

/** The handler, with what it has done. */
function aHandler(progress: () => Promise<Progress> | Progress, isQueueAway = false) {
  const done: unknown[] = []
  const sent: Work[] = []
  const note = async (...what: unknown[]) => {
    done.push(what)
    return progress()
  }
  const handle = createDrainHandler({
    queue: {
      async send(work) {
        if (isQueueAway) throw new Error('the queue is away')
        sent.push(...work)
      },
    },
    drainLane: (lane) => note('lane', lane),
    replayBatches: (prefix) => note('batches', prefix),
    retryChanges: () => note('changes'),
    putBack: (name) => note('records', name),
    log,
  })
  return { done, sent, handle }
}

const messages = (...bodies: string[]) =>
  ({ Records: bodies.map((body, at) => ({ messageId: `m${at}`, body })) }) as SQSEvent

const nothingFailed = { batchItemFailures: [] }

it('each message is carried out as what it is of', async () => {
  const { done, sent, handle } = aHandler(() => ({ done: 1, isCut: false }))
  expect(await handle(messages(...all.map(writeWork)))).toEqual(nothingFailed)
  expect(done).toEqual([
    ['lane', '7f'],
    ['batches', 'aws/lambda/m/s/'],
    ['changes'],
    ['records', 'pii'],
  ])
  expect(sent).toEqual([])
})

it('what is cut goes on behind the others, unless it got nowhere', async () => {
  const on = aHandler(() => ({ done: 1, isCut: true }))
  expect(await on.handle(messages(writeWork(all[0]!)))).toEqual(nothingFailed)
  expect(on.sent).toEqual([all[0]!])
  const nowhere = aHandler(() => ({ done: 0, isCut: true }))
  expect(await nowhere.handle(messages(writeWork(all[0]!)))).toEqual(nothingFailed)
  expect(nowhere.sent).toEqual([])
  const away = aHandler(() => ({ done: 1, isCut: true }), true)
  const stays = { batchItemFailures: [{ itemIdentifier: 'm0' }] }
  expect(await away.handle(messages(writeWork(all[0]!)))).toEqual(stays)
})

it('what fails, or cannot be read, stays in the queue, and keeps no other from its turn', async () => {
  let calls = 0
  const { handle } = aHandler(async () => {
    calls += 1
    if (calls === 1) throw new Error('no list')
    return { done: 1, isCut: false }
  })
  const odd = ['7', 'null', '{', '{"of":"spill"}', '{"of":"records","retentionClass":"x"}']
  const failed = await handle(messages(writeWork(all[0]!), ...odd, writeWork(all[2]!)))
  expect(failed.batchItemFailures).toEqual(
    ['m0', 'm1', 'm2', 'm3', 'm4', 'm5'].map((itemIdentifier) => ({ itemIdentifier })),
  )
  expect(calls).toBe(2)
})
