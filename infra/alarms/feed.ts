import { changes } from '../changes'
import { follow } from '../follow'
import { gauge, ofFunction } from '../metrics'
import type { Alarm } from './alarm'

// A follower that is not heard of counts as one that is an hour behind.
const UNHEARD_S = 3600
// The sweep sends a probe every five minutes, and follows at any moment of them.
const STILL_S = 600

interface Follower {
  name: string
  probes: string
  called: typeof changes
  whom: string
  /** An event is late when it is older, in seconds. */
  lateS: number
}

function alarmsOf({ name, probes, called, whom, lateS }: Follower): Alarm[] {
  return [
    {
      name: `${name}Age`,
      description: `What was stored ${lateS / 60 === 1 ? 'a minute' : `${lateS / 60} minutes`} ago has not reached ${whom}`,
      metrics: { age: ofFunction(called, 'IteratorAge', { stat: 'Maximum' }) },
      expression: 'age / 1000',
      comparison: 'GreaterThanThreshold',
      threshold: lateS,
      periods: 2,
    },
    {
      // A stream that is not read has no age.
      name: `${name}Still`,
      description: `No probe of the stream has reached ${whom} for a quarter of an hour`,
      metrics: { age: gauge(probes) },
      expression: `FILL(age, ${UNHEARD_S})`,
      comparison: 'GreaterThanThreshold',
      threshold: STILL_S,
      periods: 3,
      isHeardAlways: true,
    },
    {
      // A batch that is given up and cannot be put into the bucket is lost.
      name: `Destination${name}`,
      section: 'Destination',
      description: `A batch that was given up for ${whom} could not be put aside`,
      metrics: { failures: ofFunction(called, 'DestinationDeliveryFailures') },
      expression: 'failures',
      comparison: 'GreaterThanThreshold',
      threshold: 0,
      periods: 1,
    },
  ]
}

/** These say whether those who follow the stream of events get on. */
export const feed: Alarm[] = [
  {
    name: 'Feed',
    probes: 'FeedProbeSeconds',
    called: changes,
    whom: 'the lake or webhooks',
    lateS: 300,
  },
  { name: 'Live', probes: 'LiveProbeSeconds', called: follow, whom: 'live readers', lateS: 60 },
].flatMap(alarmsOf)
