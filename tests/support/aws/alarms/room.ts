import { SQSClient } from '@aws-sdk/client-sqs'
import {
  type AlarmState,
  type DeclaredAlarm,
  evaluateAlarm,
} from '../../../../tools/aws-local/cloudwatch/alarm-state'
import { createMetricStore, type Sample } from '../../../../tools/aws-local/cloudwatch/metric-store'
import { countQueues } from '../../../../tools/aws-local/cloudwatch/queue-depths'
import { aDeployment } from '../deployment'
import { ministackSettings } from '../emulators'
import { createFaults } from './faults'

const PERIOD_MS = 300_000
// A bucket tells times in whole seconds, and so do gauges: what is put there this long after a period began did not
// come before it.
const ROUNDED_MS = 1600

// These are ages, in so many ms each: they grow with the time of the room.
const ages: Record<string, number> = {
  IteratorAge: 1,
  FeedProbeSeconds: 1000,
  LiveProbeSeconds: 1000,
  PutAsideSeconds: 1000,
}

/**
 * A deployment whose alarms are evaluated. Its time goes by in periods of five minutes, each of which takes as long as
 * what happens in it.
 */
export async function anAlarmRoom() {
  const store = createMetricStore()
  const states = new Map<string, AlarmState>()
  let begin = Math.floor(Date.now() / 86_400_000) * 86_400_000
  const jumps = [{ real: 0, offset: begin - Date.now() }]
  const virtual = (real: number) => real + jumps.findLast((one) => one.real <= real)!.offset
  let samples: Sample[] = []
  let aheadMs = 0

  let putAside = 0
  let listeners: { functionName: string; heard(): void }[] = []

  function count(sample: Sample) {
    if (sample.name === 'PutAsideCount') putAside = sample.value
    if (sample.name === 'Errors') hear(sample.dimensions.FunctionName!)
    const unit = ages[sample.name]
    if (unit === undefined) return void samples.push(sample)
    const now = Date.now()
    const age = virtual(now) - virtual(now - sample.value * unit)
    samples.push({ ...sample, value: age / unit })
  }

  /** A call of this function has ended, well or not. */
  function hear(ended: string) {
    const heard = listeners.filter(({ functionName }) => functionName === ended)
    listeners = listeners.filter(({ functionName }) => functionName !== ended)
    for (const listener of heard) listener.heard()
  }

  const faults = createFaults(count)
  const deployment = await aDeployment({
    ...{ count, interfere: faults.interfere, isUnscheduled: true },
    now: () => Date.now() + aheadMs,
  })
  const alarms = deployment.graph.resources
    .filter(({ type }) => type.endsWith(':MetricAlarm'))
    .map(({ inputs }) => inputs as DeclaredAlarm & { alarmDescription: string })
  let mendings: (() => Promise<unknown>)[] = []
  const sqs = new SQSClient(await ministackSettings())

  return {
    ...deployment,
    alarms,
    faults,
    sqs,
    count,

    /** Makes everything work again, with what was broken by hand. */
    async mend() {
      faults.mend()
      for (const mending of mendings) await mending()
      mendings = []
      aheadMs = 0
    },

    /** Resolves when a call of a function ends, well or not. @param name as `infra/` calls it */
    ended(name: string): Promise<void> {
      const functionName = deployment.functionNamed(name).spec.name
      return new Promise((heard) => listeners.push({ functionName, heard }))
    },

    /** Waits until what is put aside is of this period, for sure. */
    begun: () => Bun.sleep(ROUNDED_MS),

    /** Makes Lambda take what is in the streams for so much older. */
    ageStreams(ms: number) {
      aheadMs = ms
    },

    /** Says how to mend what is being broken. */
    onMend(mending: () => Promise<unknown>) {
      mendings.push(mending)
    },

    /** Ends the period; with more than one, what happened in it happens in each of them. */
    async pass(periods = 1) {
      await countQueues(deployment.graph, sqs, count)
      const ended = samples
      samples = []
      for (let period = 0; period < periods; period += 1) {
        for (const sample of ended) store.add(sample, begin)
        begin += PERIOD_MS
        for (const alarm of alarms) {
          const before = states.get(alarm.name) ?? 'INSUFFICIENT_DATA'
          states.set(alarm.name, evaluateAlarm(alarm, store, begin, before))
        }
      }
      const real = Date.now()
      jumps.push({ real, offset: begin - real })
    },

    /** Tells how much was put aside, as it was last reported. */
    putAside: () => putAside,

    /** Tells which alarms are raised, as `infra/` names them. */
    raised(): string[] {
      const names = [...states].flatMap(([name, state]) => (state === 'ALARM' ? [name] : []))
      return names.map((name) => name.split('-').at(-1)!).sort()
    },

    async [Symbol.asyncDispose]() {
      sqs.destroy()
      await deployment[Symbol.asyncDispose]()
    },
  }
}

export type AlarmRoom = Awaited<ReturnType<typeof anAlarmRoom>>
