import { expect, it } from 'bun:test'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { startServerProcess } from '../support/server-process'

// Chapter 6: a record store of xAPI. Endpoint, key and secret; statements, state, and a cmi5 course.

const ada = { objectType: 'Agent', mbox: 'mailto:ada@example.edu', name: 'Ada' }
const course = 'https://example.edu/courses/7'
const verb = (name: string) => ({
  id: `http://adlnet.gov/expapi/verbs/${name}`,
  display: { en: name },
})

it('is a record store for any tool of xAPI, and launches courses of cmi5', async () => {
  using folder = temporaryFolder()
  await using server = await startServerProcess(folder.path)
  const here = ['--url', server.url, '--data-dir', folder.path]

  // Authoring tools and LMSs ask for these three.
  const made = await nonius(['keys', 'create', '--xapi', '--source', 'h5p', ...here])
  const [endpoint, key, secret] = made.stdout.split('\n').map((line) => line.split(' ')[1]!)
  expect(endpoint).toBe(`${server.url}/xapi`)
  const basic = Buffer.from(`${key}:${secret}`).toString('base64')

  async function call(path: string, init: RequestInit = {}, authorization = `Basic ${basic}`) {
    const headers = {
      authorization,
      'X-Experience-API-Version': '1.0.3',
      'content-type': 'application/json',
      ...(init.headers as Record<string, string>),
    }
    const reply = await fetch(`${endpoint}${path}`, { ...init, headers })
    const text = await reply.text()
    return { reply, status: reply.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const post = (body: unknown) =>
    call('/statements', { method: 'POST', body: JSON.stringify(body) })

  // A batch is stored whole; the answer has the ids, and what was sent can be found at once.
  const attempted = {
    id: '6690e6c9-3ef0-4ed3-8b37-7f3964730bee',
    actor: ada,
    verb: verb('attempted'),
    object: { id: course, definition: { name: { en: 'Measuring' } } },
    timestamp: '2026-11-21T09:30:00.000Z',
  }
  const completed = { actor: ada, verb: verb('completed'), object: { id: course } }
  const sent = await post([attempted, completed])
  expect(sent.status).toBe(200)
  expect(sent.body).toEqual([attempted.id, expect.any(String)])

  // No answer? Send it again. The same id with other content is a conflict, and stores nothing.
  expect((await post(attempted)).body).toEqual([attempted.id])
  const conflict = await post([{ ...attempted, verb: verb('passed') }, completed])
  expect(conflict).toMatchObject({ status: 409, body: { code: 'conflict' } })

  // Whatever the standard's text forbids is refused with every reason and its section.
  const refused = await post({ ...completed, actor: { mbox: 'ada@example.edu' } })
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: ['actor', 'mbox'] }] } })

  // This key reads the statements of its own source, by any filter of xAPI.
  const agent = encodeURIComponent(JSON.stringify({ mbox: ada.mbox }))
  const found = await call(
    `/statements?agent=${agent}&verb=${encodeURIComponent(completed.verb.id)}`,
  )
  expect(found.body).toMatchObject({ statements: [{ ...completed, id: sent.body[1] }], more: '' })
  expect(found.reply.headers.get('X-Experience-API-Consistent-Through')).toBeString()

  // Definitions are merged of all statements, and state is kept between visits.
  const activity = `activityId=${encodeURIComponent(course)}`
  const known = await call(`/activities?${activity}`)
  expect(known.body).toMatchObject({ definition: { name: { en: 'Measuring' } } })
  const bookmark = `/activities/state?${activity}&agent=${agent}&stateId=bookmark`
  expect((await call(bookmark, { method: 'PUT', body: '{"page":7}' })).status).toBe(204)
  expect((await call(bookmark)).body).toEqual({ page: 7 })

  // A statement is an event: the same log, lake, webhooks and queries.
  const events = await fetch(`${server.url}/analytics/events/${attempted.id}?view=record`, {
    headers: { authorization: `Bearer ${server.key}` },
  })
  expect(await events.json()).toMatchObject({ standard: 'xapi', sourceId: 'h5p' })

  // A cmi5 course is launched for one learner. Its token opens one registration, once.
  const registration = '760e3480-ba55-4991-94b0-01820dbd23a2'
  const whom = ['--registration', registration, '--actor', 'ada@example.edu']
  const launched = await nonius(['xapi', 'launch', `${course}/index.html`, ...whom, ...here])
  const parameters = Object.fromEntries(new URL(launched.stdout).searchParams)
  const fetched = await fetch(parameters.fetch!, { method: 'POST' })
  const { 'auth-token': token } = (await fetched.json()) as Record<string, string>
  const initialized = {
    actor: JSON.parse(parameters.actor!),
    verb: verb('initialized'),
    object: { id: parameters.activityId },
    context: { registration },
  }
  const asCourse = (body: unknown) =>
    call('/statements', { method: 'POST', body: JSON.stringify(body) }, `Basic ${token}`)
  expect((await asCourse(initialized)).status).toBe(200)
  expect((await asCourse({ ...initialized, context: {} })).status).toBe(403)
  const again = await fetch(parameters.fetch!, { method: 'POST' })
  expect(await again.json()).toMatchObject({ 'error-code': '1' })
}, 60_000)
