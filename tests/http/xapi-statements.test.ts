import { describe, expect, it } from 'bun:test'
import { shared } from '../support/shared'
import { startXapiTest, versions } from '../support/xapi-documents'
import {
  ada,
  aStatement,
  course,
  idsFound,
  refusal,
  statementsAt,
  uuidOf,
  verb,
} from '../support/xapi-statements'

const url = statementsAt

describe('statements that are sent', () => {
  for (const version of versions) {
    it(`are answered by their ids in order, and found (${version})`, async () => {
      await using test = await startXapiTest()
      const body = [
        aStatement({ id: uuidOf(1) }),
        aStatement(),
        aStatement({ id: uuidOf(2).toUpperCase() }),
      ]
      const posted = await test.call('POST', url, { body, version })
      expect(posted.status).toBe(200)
      const ids = (await posted.json()) as string[]
      expect(ids).toEqual([uuidOf(1), expect.stringMatching(/^[\da-f-]{36}$/), uuidOf(2)])
      expect((await idsFound(test, { ascending: true })).toSorted()).toEqual(ids.toSorted())
      expect(posted.headers.get('X-Experience-API-Version')).toBe(version)
      expect(posted.headers.get('X-Experience-API-Consistent-Through')).toMatch(/^20\d\d-.*Z$/)
    })
  }

  it('have the id of their address, or the same, or are refused', async () => {
    await using test = await startXapiTest()
    const put = (id: number, body: object | string) =>
      test.call('PUT', url, { parameters: { statementId: uuidOf(id) }, body })
    expect((await put(1, aStatement())).status).toBe(204)
    expect((await put(1, aStatement({ id: uuidOf(1) }))).status).toBe(204)
    expect(await idsFound(test)).toEqual([uuidOf(1)])
    expect(await refusal(await put(2, aStatement({ id: uuidOf(3) })))).toMatchObject({
      status: 400,
      path: ['id'],
      rule: 'id_mismatch',
      quarantineId: expect.any(String),
    })
    expect(await refusal(await put(2, [aStatement()]))).toMatchObject({
      status: 400,
      rule: 'wrong_type',
    })
    expect((await put(2, {})).status).toBe(400)
    expect(await idsFound(test)).toEqual([uuidOf(1)])
  })

  it('are success once more, and a conflict with other content', async () => {
    await using test = await startXapiTest()
    const one = aStatement({ id: uuidOf(1) })
    const other = aStatement({ id: uuidOf(1), verb: { id: 'https://example.edu/verbs/other' } })
    const post = async (body: unknown) => test.call('POST', url, { body: body as object })
    expect((await post(one)).status).toBe(200)
    expect((await post([one, aStatement({ id: uuidOf(2) })])).status).toBe(200)
    const refused = await post([aStatement({ id: uuidOf(3) }), other])
    expect(await refusal(refused)).toMatchObject({ status: 409, code: 'conflict', path: [1, 'id'] })
    expect(await refusal(await post(other))).toMatchObject({ status: 409, path: ['id'] })
    expect((await idsFound(test)).length).toBe(2)
  })

  it('are a whole: one that is refused costs all, and the body is kept', async () => {
    await using test = await startXapiTest()
    const body = [aStatement({ id: uuidOf(1) }), aStatement({ verb: { id: 'no iri' } })]
    const refused = await refusal(await test.call('POST', url, { body }))
    expect(refused).toMatchObject({ status: 400, path: [1, 'verb', 'id'] })
    expect(await idsFound(test)).toEqual([])
    const kept = await test.platform.quarantine.get('default', refused.quarantineId!)
    expect(JSON.parse(kept!.raw)).toEqual(body)
    expect(kept!.context.version).toBe('1.0.3')
  })

  it('may be back-filled where their source accepts what is held', async () => {
    await using test = await startXapiTest()
    const { sources } = test.platform.registry
    await sources.put({
      tenantId: 'default',
      sourceId: 'demo',
      name: 'demo',
      createdAt: test.clock.now().toISOString(),
      duplicates: 'accept',
    })
    const other = { verb: { id: 'https://example.edu/verbs/other' } }
    await test.call('POST', url, { body: aStatement({ id: uuidOf(2) }) })
    const body = [1, 2, 3].map((n) => aStatement({ id: uuidOf(n), ...other }))
    const posted = await test.call('POST', url, { body })
    expect(await posted.json()).toEqual([uuidOf(1), uuidOf(2), uuidOf(3)])
    const put = { parameters: { statementId: uuidOf(2) }, body: aStatement(other) }
    expect((await test.call('PUT', url, put)).status).toBe(204)
    const held = await test.call('GET', url, { parameters: { statementId: uuidOf(2) } })
    expect(await held.json()).toMatchObject({ verb })
  })

  it('are refused whole when they are more than are stored at once', async () => {
    await using test = await startXapiTest()
    const body = Array.from({ length: 10_000 }, (_, n) => aStatement({ id: uuidOf(n) }))
    const response = await test.call('POST', url, { body })
    expect(await refusal(response)).toMatchObject({ status: 413, code: 'too_large' })
    expect(await idsFound(test)).toEqual([])
  })

  const wrong: [
    name: string,
    call: Parameters<Awaited<ReturnType<typeof startXapiTest>>['call']>[2],
    path: string,
  ][] = [
    [
      'another media type',
      { body: '{}', headers: { 'Content-Type': 'text/html' } },
      'Content-Type',
    ],
    [
      'form data',
      { body: '{}', headers: { 'Content-Type': 'multipart/form-data; boundary=x' } },
      'Content-Type',
    ],
    ['a parameter that is unknown', { body: aStatement(), parameters: { foo: 'bar' } }, 'foo'],
    [
      'the parameter of a PUT',
      { body: aStatement(), parameters: { statementId: uuidOf(1) } },
      'statementId',
    ],
    ['an id as a URN', { body: aStatement({ id: `urn:uuid:${uuidOf(1)}` }) }, 'id'],
    [
      'an id twice',
      { body: [aStatement({ id: uuidOf(1) }), aStatement({ id: uuidOf(1) })], version: '2.0.0' },
      '1',
    ],
    [
      'text that is no JSON',
      { body: '{"actor":', headers: { 'Content-Type': 'application/json' } },
      '',
    ],
  ]
  const rows = shared(startXapiTest)
  for (const [name, call, path] of wrong) {
    it(`are refused with ${name}`, async () => {
      const test = await rows()
      const { status, path: found } = await refusal(await test.call('POST', url, call))
      expect(status).toBe(400)
      expect(String(found?.[0] ?? '')).toBe(path)
      expect(await idsFound(test)).toEqual([])
    })
  }
})

describe('one statement', () => {
  it('is read by its id, with when it was stored', async () => {
    await using test = await startXapiTest()
    await test.call('POST', url, { body: aStatement({ id: uuidOf(1) }) })
    const found = await test.call('GET', url, {
      parameters: { statementId: uuidOf(1).toUpperCase() },
    })
    const statement = (await found.json()) as Record<string, string>
    expect(statement).toMatchObject({ id: uuidOf(1), actor: ada, version: '1.0.0' })
    const stored = Math.floor(Date.parse(statement.stored!) / 1000) * 1000
    expect(Date.parse(found.headers.get('Last-Modified')!)).toBe(stored)
    const head = await test.call('HEAD', url, { parameters: { statementId: uuidOf(1) } })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(head.headers.get('Last-Modified')).toBe(found.headers.get('Last-Modified'))
  })

  it('is read by voidedStatementId once it is voided, and else not', async () => {
    await using test = await startXapiTest()
    const voids = {
      verb: { id: 'http://adlnet.gov/expapi/verbs/voided' },
      object: { objectType: 'StatementRef', id: uuidOf(1) },
    }
    const statusOf = async (name: string, n: number) =>
      (await test.call('GET', url, { parameters: { [name]: uuidOf(n) } })).status
    await test.call('POST', url, { body: aStatement({ id: uuidOf(1) }) })
    expect([await statusOf('statementId', 1), await statusOf('voidedStatementId', 1)]).toEqual([
      200, 404,
    ])
    await test.call('POST', url, { body: aStatement({ id: uuidOf(2), ...voids }) })
    expect([await statusOf('statementId', 1), await statusOf('voidedStatementId', 1)]).toEqual([
      404, 200,
    ])
    expect([await statusOf('statementId', 2), await statusOf('voidedStatementId', 2)]).toEqual([
      200, 404,
    ])
    expect(await statusOf('statementId', 3)).toBe(404)
  })
})

describe('a question for statements', () => {
  it('finds by every filter, in order', async () => {
    await using test = await startXapiTest()
    const registration = uuidOf(99)
    const bob = { mbox: 'mailto:bob@example.edu' }
    const context = {
      registration,
      instructor: bob,
      contextActivities: { parent: [{ id: 'https://example.edu/p' }] },
    }
    for (const body of [
      aStatement({ id: uuidOf(1) }),
      aStatement({ id: uuidOf(2), actor: bob, verb: { id: 'https://example.edu/verbs/other' } }),
      aStatement({ id: uuidOf(3), object: { id: 'https://example.edu/o' }, context }),
    ]) {
      await test.call('POST', url, { body })
      test.clock.advance(1000)
    }
    const found = async (parameters: object) =>
      (await idsFound(test, { ascending: true, ...parameters })).map((id) =>
        Number(String(id).slice(-2)),
      )
    expect(await found({})).toEqual([1, 2, 3])
    expect(await found({ ascending: false })).toEqual([3, 2, 1])
    expect(await found({ limit: 2 })).toEqual([1, 2])
    expect(await found({ agent: bob })).toEqual([2])
    expect(await found({ agent: bob, related_agents: true })).toEqual([2, 3])
    expect(await found({ verb: verb.id })).toEqual([1, 3])
    expect(await found({ activity: course.id })).toEqual([1, 2])
    expect(await found({ activity: 'https://example.edu/p' })).toEqual([])
    expect(await found({ activity: 'https://example.edu/p', related_activities: true })).toEqual([
      3,
    ])
    expect(await found({ registration: registration.toUpperCase() })).toEqual([3])
    const second = await test.call('GET', url, { parameters: { statementId: uuidOf(2) } })
    const { stored } = (await second.json()) as { stored: string }
    expect(await found({ since: stored })).toEqual([3])
    expect(await found({ until: stored })).toEqual([1, 2])
  })

  it('is answered in the format that it asks for', async () => {
    await using test = await startXapiTest()
    const display = { en: 'completed', de: 'abgeschlossen' }
    const body = aStatement({
      id: uuidOf(1),
      actor: { ...ada, name: 'Ada' },
      verb: { ...verb, display },
    })
    await test.call('POST', url, { body })
    const read = async (format: string, headers = {}) => {
      const parameters = { statementId: uuidOf(1), format }
      return (await test.call('GET', url, { parameters, headers })).json()
    }
    expect(await read('exact')).toMatchObject(body)
    expect(await read('ids')).toMatchObject({ actor: ada, verb: { id: verb.id } })
    expect(await read('canonical', { 'Accept-Language': 'de' })).toMatchObject({
      verb: { ...verb, display: { de: 'abgeschlossen' } },
    })
  })

  const wrong: [parameters: Record<string, unknown>, path: string][] = [
    [{ foo: 'bar' }, 'foo'],
    [{ Verb: verb.id }, 'Verb'],
    [{ statementid: uuidOf(1) }, 'statementid'],
    [{ statementId: 'one' }, 'statementId'],
    [{ statementId: `urn:uuid:${uuidOf(1)}` }, 'statementId'],
    [{ statementId: uuidOf(1), voidedStatementId: uuidOf(2) }, 'voidedStatementId'],
    [{ statementId: uuidOf(1), limit: 1 }, 'limit'],
    [{ voidedStatementId: uuidOf(1), agent: ada }, 'agent'],
    [{ more: 'x', limit: 1 }, 'limit'],
    [{ agent: 'ada' }, 'agent'],
    [{ agent: { mbox: 'ada' } }, 'agent'],
    [{ agent: { ...ada, openid: 'https://example.edu/ada' } }, 'agent'],
    [{ verb: 'completed' }, 'verb'],
    [{ activity: 'course' }, 'activity'],
    [{ registration: 'first' }, 'registration'],
    [{ since: 'yesterday' }, 'since'],
    [{ until: '2026-11-28T10:00:00-00:00' }, 'until'],
    [{ limit: -1 }, 'limit'],
    [{ limit: 'all' }, 'limit'],
    [{ ascending: 'yes' }, 'ascending'],
    [{ attachments: 'True' }, 'attachments'],
    [{ format: 'short' }, 'format'],
  ]
  const rows = shared(startXapiTest)
  for (const [parameters, path] of wrong) {
    it(`is refused: ${JSON.stringify(parameters)}`, async () => {
      const test = await rows()
      const response = await test.call('GET', url, { parameters })
      expect(response.headers.get('X-Experience-API-Consistent-Through')).toMatch(/^20/)
      const refused = await refusal(response)
      expect(refused).toMatchObject({ status: 400, path: expect.arrayContaining([path]) })
    })
  }
})
