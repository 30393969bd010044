import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import document from '../../openapi/openapi.json'
import { startTestApp, type TestApp } from '../support/app'
import { batteryOf, problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'

const PATH = '/api/v1/event-types'
const aws = process.env.TEST_TARGET === 'aws'

const lesson = {
  description: 'A learner finished a lesson',
  category: 'lessons',
  payload: {
    type: 'object',
    required: ['lesson_id'],
    properties: { lesson_id: { type: 'string' }, score: { type: 'number', minimum: 0 } },
  },
  mapping: { objectId: '/payload/lesson_id', score: '/payload/score' },
  example: { user_id: 'u-1', payload: { lesson_id: 'l-7', score: 8 } },
}

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test[Symbol.asyncDispose]())

async function call(method: string, path: string, body?: unknown, key = test.keys.admin) {
  const headers = { ...test.as(key), 'Content-Type': 'application/json' }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  return test.request(`${PATH}${path}`, { method, headers, ...content })
}

const put = (name: string, body: unknown, key?: string) =>
  call('PUT', `/${encodeURIComponent(name)}`, body, key)

async function read(response: Response) {
  // biome-ignore lint/suspicious/noExplicitAny: the form is what is tested
  return (await response.json()) as any
}

describe('GET /api/v1/event-types', () => {
  it('is open, and answers as a real-time pipeline does: name to description', async () => {
    for (const path of [PATH, '/event-types', `${PATH}/`]) {
      const response = await test.request(path)
      expect(response.status).toBe(200)
      const types = await read(response)
      expect(Object.keys(types)).toHaveLength(92)
      expect(types).toMatchObject({
        quiz_started: 'Student began a quiz session',
        timer_tick: 'Timer update (every second)',
        session_ended: 'Session terminated',
        SESSION_CREATED: 'Session created',
        game_stage_complete: 'A stage of a game was completed',
        keystroke: 'A key was pressed while writing',
      })
    }
  })

  it('has the whole of one by its name, letter for letter', async () => {
    expect(await read(await test.request(`${PATH}/answer_submitted`))).toMatchObject({
      ...{ name: 'answer_submitted', vocabulary: 'quiz', version: 1, category: 'answer' },
      ...{ limits: { maxPayloadBytes: 65536, maxPayloadKeys: 50 }, privacyLevel: 'standard' },
      schema: { properties: { correct: { type: 'boolean' } } },
      example: { event_type: 'answer_submitted' },
    })
    const { detail } = await problemOf(await test.request(`${PATH}/Answer_Submitted`), 'not_found')
    expect(detail).toContain('Did you mean answer_submitted?')
    await problemOf(await test.request(`${PATH}/__proto__`), 'not_found')
    await problemOf(await test.request(`${PATH}/constructor`), 'not_found')
  })

  it('takes no key for another: one that is not known is refused', async () => {
    await problemOf(await call('GET', '', undefined, 'nk_wrong'), 'unauthenticated')
  })
})

describe('PUT /api/v1/event-types/:name', () => {
  it('registers a type, which is its own tenant’s alone', async () => {
    const made = await put('lesson_finished', lesson)
    expect(made.status).toBe(201)
    expect(await read(made)).toMatchObject({
      ...{ outcome: 'created', dryRun: false, breaking: [] },
      type: { name: 'lesson_finished', vocabulary: 'tenant', version: 1, schema: lesson.payload },
      lastDay: { checked: 0, failing: 0, isAll: true, examples: [] },
    })
    const mine = await read(await call('GET', '', undefined, test.keys.demo))
    expect(mine.lesson_finished).toBe(lesson.description)
    expect(await read(await test.request(PATH))).not.toHaveProperty('lesson_finished')
    const theirs = await test.issue(['admin'], 'elsewhere')
    await problemOf(await call('GET', '/lesson_finished', undefined, theirs), 'not_found')
    await problemOf(await call('DELETE', '/lesson_finished', undefined, theirs), 'not_found')
    expect(test.logged.join('\n')).toContain(aws ? '' : 'an event type was registered')
  })

  it('takes the example of the document, and answers as that says', async () => {
    const { put: operation } = document.paths['/api/v1/event-types/{name}']
    const { example } = operation.requestBody.content['application/json']
    const made = await put('of_the_document', example)
    expect(made.status).toBe(201)
    const said = operation.responses['201'].content['application/json'].example
    expect(Object.keys(await read(made))).toEqual(Object.keys(said))
  })

  it('is the same when it is put again, as it was read or as it was written', async () => {
    await put('read_again', lesson)
    const whole = await read(await call('GET', '/read_again'))
    for (const body of [whole, lesson, { ...lesson, version: 1 }]) {
      const again = await put('read_again', body)
      expect(again.status).toBe(200)
      expect(await read(again)).toMatchObject({ outcome: 'unchanged', type: whole })
    }
  })

  it('registers nothing in a dry run', async () => {
    const answer = await call('PUT', '/only_asked?dryRun=true', lesson)
    expect(answer.status).toBe(200)
    expect(await read(answer)).toMatchObject({ outcome: 'created', dryRun: true })
    await problemOf(await call('GET', '/only_asked'), 'not_found')
  })

  it('refuses a breaking change without a higher version, with every reason', async () => {
    await put('changing', lesson)
    const narrower = {
      ...lesson,
      payload: {
        ...lesson.payload,
        required: ['lesson_id', 'score'],
        properties: { lesson_id: { type: 'string', maxLength: 5 }, score: { type: 'number' } },
      },
    }
    const { errors, detail } = await problemOf(await put('changing', narrower), 'breaking_change')
    expect(detail).toContain('version 2')
    expect(errors.length).toBe(2)
    await problemOf(await call('PUT', '/changing?dryRun=true', narrower), 'breaking_change')
    const second = await put('changing', { ...narrower, version: 2 })
    expect(await read(second)).toMatchObject({ outcome: 'replaced', type: { version: 2 } })
    const back = await problemOf(
      await put('changing', { ...narrower, version: 1 }),
      'breaking_change',
    )
    expect(back.errors[0]).toMatchObject({ path: ['version'], code: 'lower_version' })
    // What takes more than before needs no version, and keeps the one that is there.
    const wider = await put('changing', { ...narrower, payload: { type: 'object' } })
    expect(await read(wider)).toMatchObject({ outcome: 'replaced', type: { version: 2 } })
  })

  it('tells which events of the last day would have failed', async () => {
    const events = Array.from({ length: 15 }, (_, at) => ({
      ...{ event_type: 'looked_back', event_id: `back-${at}`, user_id: 'u-1' },
      payload: at < 12 ? { score: -at - 1 } : { lesson_id: 'l-7', score: 1 },
    }))
    const headers = { ...test.as(), 'Content-Type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(events) }
    expect((await test.request('/api/v1/events', init)).status).toBe(200)
    const { lastDay } = await read(await call('PUT', '/looked_back?dryRun=true', lesson))
    expect(lastDay).toMatchObject({ checked: 15, failing: 12, isAll: true })
    expect(lastDay.examples).toHaveLength(10)
    const ids = lastDay.examples.map(({ id }: { id: string }) => id)
    expect(ids.every((id: string) => Number(id.replace('back-', '')) < 12)).toBe(true)
    expect(lastDay.examples[0].errors).toMatchObject([
      { path: ['payload', 'lesson_id'], code: 'required' },
      { path: ['payload', 'score'], code: 'out_of_range' },
    ])
  })

  it('is followed by what is sent from then on, within five seconds', async () => {
    await put('followed', lesson)
    test.clock.advance(5_000)
    if (aws) return
    const headers = { ...test.as(), 'Content-Type': 'application/json' }
    const event = {
      event_type: 'followed',
      event_id: 'f-1',
      payload: { lesson_id: 'l-9', score: 3 },
    }
    await test.request('/api/v1/events', { method: 'POST', headers, body: JSON.stringify([event]) })
    expect(await test.platform.events.get('default', 'f-1')).toMatchObject({
      ...{ objectId: 'l-9', score: 3, category: 'lessons', conformant: true },
    })
  })

  it('loses nothing of two administrators at once', async () => {
    const names = Array.from({ length: 6 }, (_, at) => `at_once_${at}`)
    const answers = await Promise.all(names.map((name) => put(name, lesson)))
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 201))
    expect(Object.keys(await read(await call('GET', '')))).toEqual(expect.arrayContaining(names))
  })

  const good = [
    'a',
    'lesson_finished2',
    'lessonFinished',
    'constructor',
    'SESSION_CREATED',
    'page_view',
  ]
  for (const name of good) {
    it(`takes the name ${name}`, async () => {
      expect((await call('PUT', `/${name}?dryRun=true`, lesson)).status).toBe(200)
    })
  }

  const names: [name: string, proposal: string][] = [
    ['Lesson', 'lesson'],
    ['LESSON_FINISHED', 'lesson_finished'],
    ['lesson-finished', 'lesson_finished'],
    ['lesson finished!', 'lesson_finished'],
    ['lesson__finished', 'lesson_finished'],
    ['_lesson', 'lesson'],
    ['7th_lesson', 'th_lesson'],
    ['leçon_finie', 'lecon_finie'],
    ['__proto__', 'proto'],
    ['a'.repeat(101), 'a'.repeat(100)],
    ['授業', ''],
  ]
  for (const [name, proposal] of names) {
    it(`refuses the name ${name.slice(0, 20)} of a new type, and proposes another`, async () => {
      const { errors } = await problemOf(await put(name, lesson), 'invalid_request')
      expect(errors[0]).toMatchObject({ path: ['name'], code: 'invalid_name' })
      expect(errors[0]!.message).toContain(proposal === '' ? 'snake_case' : `try ${proposal}`)
    })
  }

  const deep = () => {
    let schema: object = {}
    for (let level = 0; level < 60; level += 1) schema = { properties: { a: schema } }
    return schema
  }
  const refused: [what: string, change: object, path: string, code: string][] = [
    ['no description', { description: undefined }, 'description', 'required'],
    ['an unknown member', { colour: 'red' }, 'colour', 'unknown_name'],
    ['a version that is none', { version: 0 }, 'version', 'invalid_value'],
    ['a schema that is a text', { payload: 'object' }, 'payload', 'wrong_type'],
    ['a schema that is none', { payload: { type: 'objekt' } }, 'payload', 'invalid_schema'],
    ['a minimum that is none', { payload: { minimum: 'low' } }, 'payload', 'invalid_schema'],
    [
      'a schema to fetch',
      { payload: { properties: { a: { $ref: 'https://example.edu/a.json' } } } },
      'payload.properties.a.$ref',
      'remote_ref',
    ],
    ['a file to read', { payload: { $ref: 'file:///etc/passwd' } }, 'payload.$ref', 'remote_ref'],
    ['a reference to nothing', { payload: { $ref: '#/$defs/none' } }, 'payload', 'invalid_schema'],
    [
      'a pattern that looks ahead',
      { payload: { properties: { a: { pattern: '^(?=a)' } } } },
      'payload.properties.a.pattern',
      'invalid_pattern',
    ],
    [
      'a pattern that refers back',
      { payload: { patternProperties: { '(a)\\1': true } } },
      'payload.patternProperties',
      'invalid_pattern',
    ],
    ['another draft', { payload: { $schema: 'http://json-schema.org/draft-04/schema#' } }, '', ''],
    ['a form that nobody checks', { payload: { format: 'phone' } }, 'payload.format', ''],
    ['a schema nested too deep', { payload: deep() }, 'payload', 'too_deep'],
    ['a schema too large', { payload: { description: 'x'.repeat(65536) } }, 'payload', 'too_large'],
    ['a field that is none', { mapping: { tenantId: '/payload/a' } }, 'mapping.tenantId', ''],
    ['a pointer that is none', { mapping: { score: 'payload.score' } }, 'mapping.score', ''],
    ['a constant of another type', { mapping: { score: { const: 'x' } } }, 'mapping.score', ''],
    ['a privacy that is none', { privacy: 'low' }, 'privacy', 'invalid_value'],
    ['a retention that is none', { retention: 'ever' }, 'retention', 'invalid_value'],
    ['a sampling that is none', { sampling: 0.1 }, 'sampling', 'invalid_value'],
    ['a limit that is none', { limits: { maxPayloadKeys: 0 } }, 'limits.maxPayloadKeys', ''],
    [
      'an example that is not good by it',
      { example: { payload: { score: 1 } } },
      'example.payload.lesson_id',
      'required',
    ],
    ['a list', [], '', ''],
  ]
  for (const [what, change, path, code] of refused) {
    it(`refuses ${what}`, async () => {
      const body = Array.isArray(change) ? change : { ...lesson, ...change }
      const { errors } = await problemOf(await put('refused', body), 'invalid_request')
      if (path !== '') expect(errors.map((one) => one.path.join('.'))).toContain(path)
      if (code !== '') expect(errors.map((one) => one.code)).toContain(code)
      await problemOf(await call('GET', '/refused'), 'not_found')
    })
  }

  it('runs a pattern that would go back and forth in linear time', async () => {
    const payload = { properties: { a: { type: 'string', pattern: '^(a+)+$' } } }
    await put('patterned', { ...lesson, payload, example: undefined })
    const type = { ...lesson, payload, example: { payload: { a: `${'a'.repeat(50_000)}!` } } }
    const began = performance.now()
    const { errors } = await problemOf(await put('patterned', type), 'invalid_request')
    expect(errors[0]).toMatchObject({ path: ['example', 'payload', 'a'], code: 'wrong_form' })
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})

describe('DELETE /api/v1/event-types/:name', () => {
  it('removes a type of the tenant, and no other', async () => {
    await put('page_view', { ...lesson, description: 'Ours' })
    expect(await read(await call('GET', '/page_view'))).toMatchObject({ vocabulary: 'tenant' })
    expect((await call('DELETE', '/page_view')).status).toBe(204)
    expect(await read(await call('GET', '/page_view'))).toMatchObject({ vocabulary: 'platform' })
    const { detail } = await problemOf(await call('DELETE', '/page_view'), 'not_found')
    expect(detail).toContain('built in')
    await problemOf(await call('DELETE', '/never_there'), 'not_found')
  })
})

/** Who may do what with types of a tenant's own. */
describe('the table of roles and tenants, for event types', () => {
  const roles = [
    ['a sender', ['events:write'], false],
    ['a reader', ['events:read', 'quarantine:read'], false],
    ['an administrator', ['admin'], true],
    ['the installation', ['installation'], false],
  ] as const
  for (const [who, scopes, may] of roles) {
    it(`lets ${who} ${may ? 'change' : 'read'} them`, async () => {
      const key = await test.issue([...scopes])
      expect((await call('GET', '', undefined, key)).status).toBe(200)
      expect((await call('GET', '/page_view', undefined, key)).status).toBe(200)
      expect((await put('by_role', lesson, key)).status).toBe(may ? 201 : 403)
      expect((await call('DELETE', '/by_role', undefined, key)).status).toBe(may ? 204 : 403)
    })
  }
})

notOnAws('in process')('holds a thousand types and four megabytes, and no more', async () => {
  await using one = await startTestApp()
  const { changeOwnTypes } = await import('../../src/ingest/own-types')
  const { readRegistration } = await import('../../src/standards/native/types/registration')
  const at = '2026-11-29T10:00:00.000Z'
  const first = readRegistration('first', lesson)
  const type = (name: string) => ({
    ...{ ...first, name, createdAt: at, updatedAt: at, updatedBy: 'key' },
  })
  const { documents } = one.platform
  const many = Array.from({ length: 999 }, (_, index) => type(`type_${index}`))
  await changeOwnTypes(documents, 'default', () => many)
  const headers = { ...one.as(one.keys.admin), 'Content-Type': 'application/json' }
  const send = (name: string, body: object) =>
    one.request(`${PATH}/${name}`, { method: 'PUT', headers, body: JSON.stringify(body) })
  expect((await send('the_last', lesson)).status).toBe(201)
  await problemOf(await send('one_more', lesson), 'limit_reached')
  expect((await send('type_7', { ...lesson, description: 'Another' })).status).toBe(200)
  const large = Array.from({ length: 64 }, (_, index) => {
    return { ...type(`type_${index}`), schema: { description: 'x'.repeat(65_000) } }
  })
  await changeOwnTypes(documents, 'default', () => large)
  const payload = { description: 'x'.repeat(65_000) }
  const another = { ...lesson, payload, example: undefined }
  await problemOf(await send('one_too_large', another), 'too_large')
})

const body = { type: 'application/json', text: JSON.stringify(lesson) }
batteryOf({ method: 'PUT', path: `${PATH}/owed`, scope: 'admin', otherMethod: 'POST', body })
batteryOf({
  ...{ method: 'DELETE', path: `${PATH}/owed`, scope: 'admin', otherMethod: 'PATCH' },
  async prepare(app) {
    const headers = { ...app.as(app.keys.admin), 'Content-Type': body.type }
    await app.request(`${PATH}/owed`, { method: 'PUT', headers, body: body.text })
  },
})
