import { describe, expect, it } from 'bun:test'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { assumed } from '../../../tools/capacity/load'
import { counted, graphOf, named, ofType, root } from '../../support/graph/graphs'

const doors = [
  'Administer',
  'Api',
  'Changes',
  'Deliver',
  'Drain',
  'Erase',
  'Follow',
  'Realtime',
  'Settle',
  'Stream',
  'Sweep',
]

for (const stage of ['ci', 'production'] as const) {
  describe(`the functions of ${stage}`, () => {
    const graph = graphOf(stage)
    const functions = ofType(graph, 'Function')

    it('are the files of functions/, one each', () => {
      const files = readdirSync(join(root, 'functions')).map((file) => file.replace('.ts', ''))
      expect(functions.map(({ name }) => name).sort()).toEqual(
        doors.map((door) => `${door}Function`),
      )
      expect(files.sort()).toEqual(doors.map((door) => door.toLowerCase()))
    })

    for (const { name, inputs } of functions) {
      it(`${name} runs on Node 24 and arm64`, () => {
        expect(inputs).toMatchObject({ runtime: 'nodejs24.x', architectures: ['arm64'] })
      })

      it(`${name} writes to a log that forgets`, () => {
        const logs = ofType(graph, 'LogGroup').map((group) => group.inputs)
        const log = logs.find((group) => group.name === inputs.loggingConfig.logGroup)
        expect(log?.retentionInDays).toBe(30)
      })

      it(`${name} logs what it says, and of Lambda's own lines only what went wrong`, () => {
        // Levels are for JSON only; in text Lambda writes three lines a call, whatever is set.
        expect(inputs.loggingConfig).toMatchObject({
          logFormat: 'JSON',
          systemLogLevel: 'WARN',
          applicationLogLevel: 'TRACE',
        })
      })
    }

    it('are bundled whole: an entry that exports the handler, and the links beside it', () => {
      expect(graph.artifacts.map(({ functionName }) => functionName).sort()).toEqual(doors)
      for (const { folder, handler } of graph.artifacts) {
        const entry = join(folder, handler.replace('.handler', '.mjs'))
        expect(statSync(entry).size).toBeGreaterThan(100)
        expect(existsSync(join(folder, 'resource.enc'))).toBe(true)
        expect(readdirSync(folder).filter((file) => file.endsWith('.map'))).toEqual([])
      }
    })

    it('have the memory that the bill counts', () => {
      const memory = (door: string) =>
        named(graph, 'Function', `${door}Function`).inputs.memorySize / 1024
      expect(memory('Api')).toBe(assumed.apiMemoryGb)
      expect(memory('Changes')).toBe(assumed.changesMemoryGb)
      expect(memory('Deliver')).toBe(assumed.deliverMemoryGb)
      expect(memory('Follow')).toBe(assumed.followMemoryGb)
      expect(memory('Stream')).toBe(assumed.streamMemoryGb)
    })

    it('are told names by one link only', () => {
      const { inputs } = graph.resources.find(({ name }) => name === 'NoniusLinkRef')!
      expect(inputs.include ?? []).toEqual([])
      expect(Object.values(inputs.properties).filter((value) => value === undefined)).toEqual([])
    })
  })
}

describe('the way in', () => {
  const graph = graphOf('production')

  it('is a function URL of the api, in pieces of at most 6 MB, without CORS of its own', () => {
    const { inputs } = named(graph, 'FunctionUrl', 'ApiUrl')
    expect(inputs).toMatchObject({ authorizationType: 'NONE', invokeMode: 'BUFFERED' })
    expect(inputs.cors).toBeUndefined()
    expect(ofType(graph, 'FunctionUrl')).toHaveLength(2)
  })

  it('sends those who want a stream on to the URL of one that streams, for less than its time', () => {
    const { inputs, outputs } = named(graph, 'FunctionUrl', 'StreamUrl')
    expect(inputs).toMatchObject({ authorizationType: 'NONE', invokeMode: 'RESPONSE_STREAM' })
    const environmentOf = (door: string) =>
      named(graph, 'Function', `${door}Function`).inputs.environment.variables
    expect(environmentOf('Api').NONIUS_STREAM_URL).toBe(outputs.functionUrl)
    const { timeout, reservedConcurrentExecutions } = named(
      graph,
      'Function',
      'StreamFunction',
    ).inputs
    const { NONIUS_STREAM_SECONDS: seconds } = environmentOf('Stream')
    expect(Number(seconds)).toBeLessThanOrEqual(14 * 60)
    expect(timeout - Number(seconds)).toBeGreaterThanOrEqual(60)
    expect(reservedConcurrentExecutions).toBeUndefined()
  })

  it('keeps as many streams at a time as it is told to, each for as long, and as many WebSockets', () => {
    const told = graphOf('ci', counted)
    const realtime = named(told, 'Function', 'RealtimeFunction').inputs
    expect(realtime.environment.variables.NONIUS_MAX_SUBSCRIBERS).toBe('40')
    const { inputs } = named(told, 'Function', 'StreamFunction')
    expect(inputs.reservedConcurrentExecutions).toBe(50)
    expect(inputs.environment.variables).toMatchObject({
      NONIUS_STREAM_SECONDS: '60',
      NONIUS_MAX_STREAMS_PER_TENANT: '25',
    })
    for (const seconds of ['841']) {
      expect(() => graphOf('ci', { NONIUS_STREAM_SECONDS: seconds })).toThrow(
        'NONIUS_STREAM_SECONDS',
      )
    }
  })

  it('answers within the time that API Gateway waits on WebSocket', () => {
    const { inputs } = named(graph, 'Function', 'RealtimeFunction')
    expect(inputs.timeout).toBeLessThanOrEqual(29)
    const routes = ofType(graph, 'Route').map((route) => route.inputs.routeKey)
    expect(routes.sort()).toEqual(['$connect', '$default', '$disconnect'])
  })

  it('leaves no address and no browser of a sender in a log of API Gateway', () => {
    const withDoor = graphOf('ci', { NONIUS_DOMAIN: 'events.example.edu', NONIUS_ZONE_ID: 'Z' })
    const formats = ofType(withDoor, 'Stage').map(({ inputs }) => inputs.accessLogSettings.format)
    expect(formats).toHaveLength(2)
    for (const format of formats) {
      expect(format).toContain('$context.status')
      expect(format).not.toMatch(/identity|userAgent|queryString/i)
    }
  })

  it('tells Drain which functions follow the stream, of whose batches it has some to repeat', () => {
    const { variables } = named(graph, 'Function', 'DrainFunction').inputs.environment
    for (const name of ['Changes', 'Follow']) {
      const { arn } = named(graph, 'Function', `${name}Function`).outputs
      expect(variables[`NONIUS_${name.toUpperCase()}_ARN`]).toBe(arn)
    }
  })

  it('calls the sweep no more often than one run takes', () => {
    const schedule = ofType(graph, 'Schedule').find(({ name }) => name.startsWith('Sweep'))
    const { timeout } = named(graph, 'Function', 'SweepFunction').inputs
    const [, minutes] = /^rate\((\d+) minutes\)$/.exec(schedule!.inputs.scheduleExpression)!
    expect(schedule!.inputs.state).toBe('ENABLED')
    expect(timeout).toBeLessThanOrEqual(Number(minutes) * 60)
    // Lambda calls a function that failed twice more, minutes later, unless it is told not to.
    const once = ['Erase', 'Settle', 'Sweep'].map((name) => ({
      functionName: named(graph, 'Function', `${name}Function`).inputs.name,
      maximumRetryAttempts: 0,
    }))
    const configured = ofType(graph, 'FunctionEventInvokeConfig').map(({ inputs }) => inputs)
    expect(configured).toEqual(expect.arrayContaining(once.map(expect.objectContaining)))
    expect(configured).toHaveLength(once.length)
    expect(schedule!.inputs.target.retryPolicy.maximumRetryAttempts).toBe(0)
  })
})
