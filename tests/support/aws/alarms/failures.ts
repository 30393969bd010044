import { GetQueueUrlCommand, PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { retentionClasses } from '../../../../src/event/record'
import { openSocket } from '../../sockets'
import type { AlarmRoom } from './room'

export interface Failure {
  /** The document has these words. */
  failure: string
  /** These alarms are raised, and no others. */
  alarms: string[]
  /** AWS's side alone can do it: its metric is put in as AWS documents it. */
  isGiven?: true
  /** Makes it happen, for as long as the alarms take. */
  happens(room: AlarmRoom): Promise<void>
}

const event = () => ({ event_type: 'page_view' })
const events = (count: number) => Array.from({ length: count }, event)
const of = (name: string) =>
  retentionClasses.map((one) => `${name}${one[0]!.toUpperCase()}${one.slice(1)}`)

const send = (room: AlarmRoom, body: object[]) => room.call('POST', '/api/v1/events', body)

/** Lets those be called that are called at a steady rate. */
export async function beat(room: AlarmRoom, without: 'Sweep' | 'Erase' | 'none' = 'none') {
  if (without !== 'Sweep') await room.functionNamed('Sweep').invoke({})
  if (without !== 'Erase') await room.functionNamed('Erase').invoke({})
  // The lake needs Athena, which is not here.
  given(room, 'Nonius', 'SettleBehindDays', 0, { Stage: 'ci' })
}

/** Hands on what is in the streams, as far as it goes. */
async function handOn(room: AlarmRoom, ...names: ('Changes' | 'Follow')[]) {
  for (const name of names)
    await room
      .mappingOf(name)
      .drain()
      .catch(() => {})
}

/** Breaks a function for good: it cannot be loaded. @returns what mends it */
function broken(room: AlarmRoom, name: string) {
  const { spec, kill } = room.functionNamed(name)
  const { handler } = spec
  spec.handler = 'missing.handler'
  kill()
  return () => {
    spec.handler = handler
  }
}

function given(
  room: AlarmRoom,
  namespace: string,
  name: string,
  value: number,
  dimensions: Record<string, string>,
) {
  room.count({ namespace, name, value, dimensions })
}

/** Sends a message that nobody understands. @param name of the queue in the graph */
async function sendTo(room: AlarmRoom, name: string) {
  const queue = room.graph.resources.find((one) => one.name === name)
  const { QueueUrl } = await room.sqs.send(
    new GetQueueUrlCommand({ QueueName: queue!.inputs.name }),
  )
  const order = name.includes('Drain') && { MessageGroupId: 'a', MessageDeduplicationId: 'a' }
  await room.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'unheard of', ...order }))
  room.onMend(() => room.sqs.send(new PurgeQueueCommand({ QueueUrl })))
}

/** Gives a metric of every delivery stream. */
async function ofStreams(room: AlarmRoom, name: string, value: number, periods: number) {
  await beat(room)
  await handOn(room, 'Changes', 'Follow')
  for (const DeliveryStreamName of Object.values(room.resources.archiveStreams).flat()) {
    given(room, 'AWS/Firehose', name, value, { DeliveryStreamName })
  }
  await room.pass(periods)
}

/** Everything that is tried, in the order of the document's table. */
export const failures: Failure[] = [
  {
    failure: 'none: an hour of lessons',
    alarms: [],
    async happens(room) {
      for (let request = 0; request < 3; request += 1) await send(room, events(20))
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      await room.pass(12)
    },
  },
  {
    failure: 'none: a night in which nobody sends',
    alarms: [],
    async happens(room) {
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      await room.pass(12)
    },
  },
  {
    failure: 'a sender that sends nonsense, for a quarter of an hour',
    alarms: ['RejectionRate'],
    async happens(room) {
      await send(room, [...events(60), ...Array.from({ length: 60 }, () => ({ event_type: 7 }))])
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      await room.pass(3)
    },
  },
  {
    failure: 'table `Events` takes no write, for five minutes',
    alarms: ['StoreFailures'],
    async happens(room) {
      await beat(room)
      await room.begun()
      room.faults.throttleTable(room.resources.eventsTable)
      await send(room, events(20))
      await handOn(room, 'Changes', 'Follow')
      await room.pass()
    },
  },
  {
    failure: 'table `Events` takes no write, for a quarter of an hour',
    alarms: ['FeedStill', 'LiveStill', 'StoreFailures', 'TableThrottlesEvents'],
    async happens(room) {
      await room.begun()
      room.faults.throttleTable(room.resources.eventsTable)
      // A process that was refused spills for a while, and does not ask: this request is refused item by item.
      await send(room, events(100))
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      await room.pass(3)
    },
  },
  {
    failure: 'neither table `Events` nor the bucket takes a request, for five minutes',
    alarms: ['ServerErrorsApi', 'StoreFailures'],
    async happens(room) {
      await beat(room)
      room.faults.throttleTable(room.resources.eventsTable)
      room.faults.denyBlobs('PUT', room.resources.blobsBucket, 'spill/')
      for (let request = 0; request < 3; request += 1) await send(room, events(1))
      await handOn(room, 'Changes', 'Follow')
      await room.pass()
    },
  },
  {
    failure: 'Firehose takes no record, for twenty minutes',
    alarms: ['ArchiveThrottledStandard', 'FeedAge', 'FeedStill'],
    async happens(room) {
      const { spec } = room.functionNamed('Changes')
      const { timeout } = spec
      // It waits for Firehose for as long as a call may take, up to five seconds before its end.
      spec.timeout = 7
      room.onMend(async () => void Object.assign(spec, { timeout }))
      room.faults.throttleFirehose()
      await send(room, events(5))
      for (let period = 0; period < 4; period += 1) {
        await beat(room)
        await handOn(room, 'Follow')
        await room.ended('Changes')
        await room.pass()
      }
    },
  },
  {
    failure: '`api` cannot be loaded',
    alarms: ['FunctionErrorsApi', 'ServerErrorsApi'],
    async happens(room) {
      const mend = broken(room, 'Api')
      for (let request = 0; request < 3; request += 1) await send(room, events(1))
      mend()
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      await room.pass()
    },
  },
  {
    failure: '`realtime` cannot be loaded',
    alarms: ['FunctionErrorsRealtime', 'ServerErrorsConnections'],
    async happens(room) {
      const mend = broken(room, 'Realtime')
      for (let attempt = 0; attempt < 3; attempt += 1) {
        await openSocket(`${room.socketUrl}/ws/publish`).catch(() => {})
      }
      mend()
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      await room.pass()
    },
  },
  ...(['Changes', 'Follow'] as const).map((name): Failure => {
    const feed = name === 'Changes' ? 'Feed' : 'Live'
    return {
      failure: `\`${name.toLowerCase()}\` cannot be loaded, for twenty minutes`,
      alarms: [`${feed}Age`, `${feed}Still`, `FunctionErrors${name}`],
      async happens(room) {
        const mend = broken(room, name)
        for (let period = 0; period < 4; period += 1) {
          await beat(room)
          await handOn(room, 'Changes', 'Follow')
          await room.pass()
        }
        mend()
      },
    }
  }),
  {
    failure: 'the account has no instance left for `api`',
    alarms: ['FunctionThrottlesApi'],
    async happens(room) {
      const { spec } = room.functionNamed('Api')
      spec.reserved = 0
      const replies = await Promise.all(Array.from({ length: 11 }, () => send(room, events(1))))
      if (replies.some(({ status }) => status !== 429)) throw new Error('a call was let in')
      spec.reserved = undefined
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      await room.pass()
    },
  },
  ...(['Changes', 'Follow'] as const).map(
    (name): Failure => ({
      failure: `the stream of table \`Events\` is not read for \`${name.toLowerCase()}\`: its mapping is switched off`,
      alarms: [name === 'Changes' ? 'FeedStill' : 'LiveStill'],
      async happens(room) {
        const mapping = room.mappingOf(name)
        mapping.pause(true)
        await beat(room)
        await handOn(room, name === 'Changes' ? 'Follow' : 'Changes')
        await room.pass(3)
        mapping.pause(false)
      },
    }),
  ),
  {
    failure: '`sweep` is not called',
    alarms: ['FeedStill', 'LiveStill', 'PutAsideAge'],
    async happens(room) {
      await beat(room, 'Sweep')
      await room.pass(3)
    },
  },
  {
    failure: '`sweep` cannot be loaded',
    alarms: ['FeedStill', 'FunctionErrorsSweep', 'LiveStill', 'PutAsideAge'],
    async happens(room) {
      const mend = broken(room, 'Sweep')
      await beat(room)
      await room.pass(3)
      mend()
    },
  },
  {
    failure: '`erase` is not called',
    alarms: ['EraseStill'],
    async happens(room) {
      await beat(room, 'Erase')
      await handOn(room, 'Changes', 'Follow')
      await room.pass(8)
    },
  },
  {
    failure: 'what was spilled cannot be read again, for an hour and a quarter',
    alarms: ['PutAsideAge'],
    async happens(room) {
      const { blobsBucket, eventsTable } = room.resources
      await room.begun()
      room.faults.throttleTable(eventsTable)
      await send(room, events(2))
      room.faults.mend()
      room.faults.denyBlobs('GET', blobsBucket, 'spill/')
      for (const periods of [13, 3]) {
        await room.begun()
        await beat(room)
        await handOn(room, 'Changes', 'Follow')
        await room.pass(periods)
      }
    },
  },
  {
    failure: 'a batch is given up after a day, and the bucket refuses it',
    alarms: ['DestinationFeed', 'FeedAge', 'FeedStill', 'FunctionErrorsChanges'],
    async happens(room) {
      const mend = broken(room, 'Changes')
      room.faults.denyBlobs('PUT', room.resources.blobsBucket, 'aws/lambda/')
      room.onMend(async () => mend())
      await send(room, events(1))
      for (const periods of [2, 24 * 12, 0]) {
        await beat(room)
        await handOn(room, 'Follow', 'Changes')
        if (periods > 0) await room.pass(periods)
      }
      room.ageStreams(24 * 60 * 60_000)
      await handOn(room, 'Changes')
      room.ageStreams(0)
      await room.pass()
    },
  },
  {
    failure:
      '`deliver` cannot be loaded, for a quarter of an hour, when something is to be delivered',
    alarms: ['FunctionErrorsDeliver'],
    async happens(room) {
      const mend = broken(room, 'Deliver')
      await sendTo(room, 'DeliveryQueueQueue')
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      await Bun.sleep(2000) // the queue is asked every second
      await room.pass(3)
      mend()
    },
  },
  {
    failure: 'a delivery that nothing can handle',
    alarms: ['DeadLetters'],
    async happens(room) {
      await sendTo(room, 'DeadLettersQueue')
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      await room.pass()
    },
  },
  {
    failure: 'a part of what was put aside that nothing can take up',
    alarms: ['DrainLetters'],
    async happens(room) {
      await sendTo(room, 'DrainLettersQueue')
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      await room.pass()
    },
  },
  {
    failure: 'answers that take a fifth of a second, for a quarter of an hour',
    alarms: ['IngestP95'],
    isGiven: true,
    async happens(room) {
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      for (let request = 0; request < 200; request += 1) {
        given(room, 'Nonius', 'IngestMs', 200, { Stage: 'ci' })
      }
      await room.pass(3)
    },
  },
  {
    failure: "Firehose cannot write to the lake's bucket",
    alarms: of('ArchiveDelivery'),
    isGiven: true,
    happens: (room) => ofStreams(room, 'DeliveryToS3.Success', 0, 2),
  },
  {
    failure: 'what waits for the lake waits for longer than 15 minutes',
    alarms: of('ArchiveFreshness'),
    isGiven: true,
    happens: (room) => ofStreams(room, 'DeliveryToS3.DataFreshness', 1200, 2),
  },
  {
    failure: 'records that are no rows of the lake',
    alarms: of('ArchiveConversion'),
    isGiven: true,
    happens: (room) => ofStreams(room, 'FailedConversion.Records', 1, 1),
  },
  {
    failure: 'more is spilled than is taken in again, for half an hour',
    alarms: ['PutAsideCount'],
    isGiven: true,
    async happens(room) {
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      given(room, 'Nonius', 'PutAsideCount', 20_000, { Stage: 'ci' })
      await room.pass(6)
    },
  },
  {
    failure: 'the lake is three days behind',
    alarms: ['SettleBehind'],
    isGiven: true,
    async happens(room) {
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      given(room, 'Nonius', 'SettleBehindDays', 3, { Stage: 'ci' })
      await room.pass(7 * 12)
    },
  },
  {
    failure: 'a bill that nobody expected',
    alarms: ['Bill'],
    isGiven: true,
    async happens(room) {
      await beat(room)
      await handOn(room, 'Changes', 'Follow')
      given(room, 'AWS/Billing', 'EstimatedCharges', 1001, { Currency: 'USD' })
      await room.pass(2 * 6 * 12)
      // The next month begins.
      room.onMend(async () => {
        await beat(room)
        await handOn(room, 'Changes', 'Follow')
        given(room, 'AWS/Billing', 'EstimatedCharges', 1, { Currency: 'USD' })
        await room.pass(2 * 6 * 12)
      })
    },
  },
]
