import { afterAll, beforeEach, describe, expect, it, jest, spyOn } from 'bun:test'
import {
  configureTelemetry,
  consentToTelemetry,
  createTelemetryClient,
} from '@nonius/client/telemetry'
import { useTelemetry } from '@nonius/react'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'

interface Sent {
  event_type: string
  session_id: string
  source: string
  seq: number
  question_id?: string
  user_id?: string
  payload?: unknown
}

/** Takes whatever comes, and says so as the server does. */
const taken: Sent[][] = []
const taker = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const text = await request.text()
    const events: (Sent & { event_id: string })[] = text.startsWith('[')
      ? JSON.parse(text)
      : text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
    taken.push(events)
    return Response.json({
      ...{ requestId: 'r-1', eventCount: events.length, duplicates: 0, quarantined: [] },
      eventIds: events.map(({ event_id }) => event_id),
    })
  },
})
const settings = { url: `http://127.0.0.1:${taker.port}`, key: 'nk_page' }

beforeEach(() => taken.splice(0))
afterAll(() => taker.stop(true))

let made = 0
const aSession = () => `session-${++made}`

describe('createTelemetryClient', () => {
  // It stands first: what is configured stays so for the whole program.
  it('says once that nothing says where to send to, and hurts nobody', async () => {
    const warned = spyOn(console, 'warn').mockImplementation(() => {})
    const client = createTelemetryClient(aSession(), 'web')
    client.track('QUESTION_VIEWED', { position: 1 })
    client.track('QUESTION_VIEWED', { position: 2 })
    await client.flush()
    consentToTelemetry(true)
    expect(warned.mock.calls).toEqual([[expect.stringContaining('configureTelemetry')]])
    warned.mockRestore()
    expect(taken).toEqual([])
  })

  it('takes the settings of the script tag, where nothing else is configured', async () => {
    Object.assign(globalThis, { nonius: { settings: { ...settings, source: 'player' } } })
    try {
      const session = aSession()
      const client = createTelemetryClient(session)
      client.track('PAUSE_BLUR', { state: 'blur' })
      await client.flush()
      expect(taken).toMatchObject([[{ session_id: session, source: 'player', seq: 1 }]])
    } finally {
      Reflect.deleteProperty(globalThis, 'nonius')
    }
  })

  it('sends as paper 002 has it: type, payload, question', async () => {
    configureTelemetry({ ...settings, userId: 'ada' })
    const session = aSession()
    const client = createTelemetryClient(session, 'web')
    const { track, flush } = client
    track('QUESTION_VIEWED', { position: 5 }, 'q-5')
    track('NAVIGATE_NEXT', { from_position: 3, to_position: 4 })
    track('REVIEW_OPENED')
    track('MARK_FOR_REVIEW_TOGGLED', { marked: true }, null)
    await flush()
    const common = { session_id: session, source: 'web', user_id: 'ada' }
    expect(taken).toMatchObject([
      [
        { ...common, event_type: 'QUESTION_VIEWED', seq: 1, question_id: 'q-5' },
        { ...common, event_type: 'NAVIGATE_NEXT', seq: 2 },
        { ...common, event_type: 'REVIEW_OPENED', seq: 3, payload: {} },
        { ...common, event_type: 'MARK_FOR_REVIEW_TOGGLED', seq: 4 },
      ],
    ])
    expect(taken[0]!.filter((event) => 'question_id' in event)).toHaveLength(1)
    expect(taken[0]![0]!.payload).toEqual({ position: 5 })
  })

  it('has one queue for a session and a source, however many clients are made', async () => {
    configureTelemetry(settings)
    const session = aSession()
    const clients = [1, 2, 3].map(() => createTelemetryClient(session, 'web'))
    const other = createTelemetryClient(session, 'tablet')
    for (const client of clients) client.track('PAUSE_BLUR', {})
    other.track('PAUSE_BLUR', {})
    await clients[0]!.flush()
    expect(taken.map((events) => events.map(({ source }) => source))).toEqual([
      ['web', 'web', 'web'],
    ])
    await other.flush()
    expect(taken[1]!.map(({ source }) => source)).toEqual(['tablet'])
  })

  it('holds and drops what a person has not agreed to, in sessions that come as well', async () => {
    configureTelemetry({ ...settings, consent: 'pending' })
    const [before, after] = [aSession(), aSession()]
    const first = createTelemetryClient(before)
    first.track('PAUSE_BLUR', {})
    await first.flush()
    expect(taken).toEqual([])
    consentToTelemetry(true)
    await first.flush()
    const second = createTelemetryClient(after)
    second.track('PAUSE_BLUR', {})
    await second.flush()
    expect(taken.flat().map(({ session_id }) => session_id)).toEqual([before, after])
    consentToTelemetry(false)
    for (const session of [before, aSession()]) {
      const client = createTelemetryClient(session)
      client.track('PAUSE_BLUR', {})
      await client.flush()
    }
    expect(taken.flat()).toHaveLength(2)
  })

  it('ends a session that nothing is told of any more, and begins it again where that was wrong', async () => {
    configureTelemetry(settings)
    jest.useFakeTimers()
    const session = aSession()
    const client = createTelemetryClient(session)
    client.track('PAUSE_BLUR', {})
    jest.advanceTimersByTime(11 * 60_000)
    jest.useRealTimers()
    client.track('PAUSE_BLUR', {})
    await client.flush()
    while (taken.flat().length < 2) await Bun.sleep(5)
    expect(taken.flat()).toHaveLength(2)
  })

  it('keeps what waits for consent, however long nobody says anything', async () => {
    jest.useFakeTimers()
    configureTelemetry({ ...settings, consent: 'pending' })
    const client = createTelemetryClient(aSession())
    client.track('PAUSE_BLUR', {})
    jest.advanceTimersByTime(60 * 60_000)
    jest.useRealTimers()
    consentToTelemetry(true)
    await client.flush()
    expect(taken.flat()).toHaveLength(1)
  })
})

describe('useTelemetry on a server', () => {
  it('sends nothing and keeps nothing', async () => {
    configureTelemetry(settings)
    function Player() {
      const { track, flush } = useTelemetry(aSession())
      return createElement('p', {}, `${typeof track} ${typeof flush}`)
    }
    expect(renderToString(createElement(Player))).toBe('<p>function function</p>')
    await Bun.sleep(50)
    expect(taken).toEqual([])
  })
})
