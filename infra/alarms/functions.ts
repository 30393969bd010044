import { api } from '../api'
import { connections } from '../connections'
import { gateway } from '../domain'
import { erase } from '../erase'
import { created } from '../function'
import { type Metric, ofFunction } from '../metrics'
import { stream } from '../stream'
import type { Alarm } from './alarm'

// Somebody waits for the answers of these.
const awaited = new Set(['Api', 'Administer', 'Realtime', 'Stream'])
// These are called by a schedule, with so many seconds between two calls. The others are given streams and
// queues, and what they failed on comes again: a failure that passes is nobody's matter.
const everyS: Record<string, number> = { Sweep: 300, Settle: 3600, Erase: 600 }
const USUAL_S = 300

// Whoever imports this has imported all that there are (`sst.config.ts`).
const all = [...created].map(([name, called]) => ({
  name,
  called,
  period: everyS[name] ?? USUAL_S,
}))

// A failure is a rate from so many on.
const FEWEST = 3

function share(of: string, all: string): string {
  return `IF(${of} >= ${FEWEST}, 100 * ${of} / ${all}, 0)`
}

const ofAwaited = all
  .filter(({ name }) => awaited.has(name))
  .flatMap(({ name, called }): Alarm[] => [
    {
      name: `FunctionErrors${name}`,
      section: 'FunctionErrors',
      description: `More than 1 % of the calls of ${name} end in an error, or run out of time`,
      metrics: { errors: ofFunction(called, 'Errors'), calls: ofFunction(called, 'Invocations') },
      expression: share('errors', 'calls'),
      comparison: 'GreaterThanThreshold',
      threshold: 1,
      periods: 1,
    },
    {
      name: `FunctionThrottles${name}`,
      section: 'FunctionThrottles',
      description: `More than ten calls of ${name} in five minutes were refused: no instance was free`,
      metrics: { throttles: ofFunction(called, 'Throttles') },
      expression: 'throttles',
      comparison: 'GreaterThanThreshold',
      threshold: 10,
      periods: 1,
    },
  ])

const ofOthers = all
  .filter(({ name }) => !awaited.has(name))
  .flatMap(({ name, called, period }): Alarm[] => [
    {
      name: `FunctionErrors${name}`,
      section: 'FunctionErrors',
      description: `${name} has ended in errors, or run out of time, again and again`,
      metrics: { errors: ofFunction(called, 'Errors', { period }) },
      expression: 'errors',
      comparison: 'GreaterThanThreshold',
      threshold: 0,
      periods: 3,
    },
    {
      name: `FunctionThrottles${name}`,
      section: 'FunctionThrottles',
      description: `${name} was refused instances again and again`,
      metrics: { throttles: ofFunction(called, 'Throttles', { period }) },
      expression: 'throttles',
      comparison: 'GreaterThanThreshold',
      threshold: 0,
      periods: 3,
    },
  ])

/** Says what share of requests a door answers with 5xx, whoever is to blame. */
function serverErrors(name: string, errors: Metric, requests: Metric): Alarm {
  return {
    name: `ServerErrors${name}`,
    section: 'ServerErrors',
    description: `More than 1 % of the requests to ${name} are answered with 5xx`,
    metrics: { errors, requests },
    expression: share('errors', 'requests'),
    comparison: 'GreaterThanThreshold',
    threshold: 1,
    periods: 1,
  }
}

/** Names what API Gateway counts of an API. */
function ofGateway(ApiId: $util.Input<string>, name: string): Metric {
  return { namespace: 'AWS/ApiGateway', name, stat: 'Sum', dimensions: { ApiId } }
}

// Names: "Monitoring Lambda function URLs"; "Monitor WebSocket API execution with CloudWatch metrics",
// where `IntegrationError` also counts handshakes that were refused; "Work with metrics for HTTP APIs".
const answers: Alarm[] = [
  ...Object.entries({ Api: api, Stream: stream }).map(([name, door]) =>
    serverErrors(name, ofFunction(door, 'Url5xxCount'), ofFunction(door, 'UrlRequestCount')),
  ),
  serverErrors(
    'Connections',
    ofGateway(connections.nodes.api.id, 'ExecutionError'),
    ofGateway(connections.nodes.api.id, 'MessageCount'),
  ),
  ...(gateway
    ? [
        serverErrors(
          'Door',
          ofGateway(gateway.nodes.api.id, '5xx'),
          ofGateway(gateway.nodes.api.id, 'Count'),
        ),
      ]
    : []),
]

// The others are heard when they stop: `SettleBehind`, `FeedStill`.
const erasing: Alarm = {
  name: 'EraseStill',
  description: 'The function that carries erasures out has not been called for half an hour',
  metrics: { calls: ofFunction(erase, 'Invocations', { period: everyS.Erase! }) },
  expression: 'FILL(calls, 0)',
  comparison: 'LessThanThreshold',
  threshold: 1,
  periods: 3,
  isHeardAlways: true,
}

export const functions: Alarm[] = [...ofAwaited, ...ofOthers, ...answers, erasing]
