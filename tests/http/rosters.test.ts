import { describe, expect, it } from 'bun:test'
import { zipSync } from 'fflate'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { anEnvelope, anEvent } from '../support/envelopes'
import { aRoster, aRoster12, type RosterFiles, rosterZip } from '../support/rosters'
import { shared } from '../support/shared'

type Sent = { key?: string; type?: string }

function put(test: TestApp, zip: Uint8Array<ArrayBuffer>, query = '', sent: Sent = {}) {
  const { key = test.keys.admin, type = 'application/zip' } = sent
  const headers = { ...test.as(key), 'Content-Type': type }
  return test.request(`/rosters${query}`, { method: 'PUT', headers, body: zip })
}

// biome-ignore lint/suspicious/noExplicitAny: looked at by its members
async function loaded(test: TestApp, files: RosterFiles, query = ''): Promise<any> {
  const reply = await put(test, rosterZip(files), query)
  const answer = await reply.json()
  expect([reply.status, answer]).toEqual([200, expect.anything()])
  return answer
}

// biome-ignore lint/suspicious/noExplicitAny: looked at by its members
async function get(test: TestApp, query = ''): Promise<any> {
  const reply = await test.request(`/rosters${query}`, { headers: test.as(test.keys.admin) })
  expect(reply.status).toBe(200)
  return reply.json()
}

/** What somebody teaches and manages. */
async function seenBy(test: TestApp, actor: string) {
  const { staff } = await get(test, `?actor=${encodeURIComponent(actor)}`)
  return staff
}

describe('a roster', () => {
  it('is loaded whole, tells what changed, and again changes nothing', async () => {
    await using test = await startTestApp()
    expect(await get(test)).toEqual({ status: 'none' })
    const dry = await loaded(test, aRoster(), '?dryRun=true')
    expect(dry).toMatchObject({
      ...{ dryRun: true, version: '1.1' },
      counts: { organisations: 3, users: 6, classes: 3, enrolments: 6 },
      changes: {
        classes: { added: 3, changed: 0, removed: 0 },
        enrolments: { added: 6, removed: 0 },
        organisations: { added: 3, changed: 0, removed: 0 },
      },
    })
    expect(dry.changes.access).toContainEqual({ actor: 't1', gains: ['math', 'old'], loses: [] })
    expect(await get(test)).toEqual({ status: 'none' })

    expect(await loaded(test, aRoster())).toEqual({ ...dry, dryRun: false })
    expect(await get(test)).toMatchObject({ status: 'loaded', version: '1.1', counts: dry.counts })
    const again = await loaded(test, aRoster())
    expect(again.changes).toMatchObject({
      classes: { added: 0, changed: 0, removed: 0 },
      staff: { added: 0, changed: 0, removed: 0 },
      access: [],
    })

    const changed = aRoster()
    changed['enrollments.csv'] = changed['enrollments.csv']!.replace(
      'math,north,t1,teacher',
      'math,north,t2,teacher',
    )
    const { changes } = await loaded(test, changed)
    expect(changes).toMatchObject({
      classes: { changed: 1 },
      enrolments: { added: 1, removed: 1 },
    })
    expect(changes.access[0].loses).toEqual(['math'])
    expect(changes.access).toContainEqual({ actor: 't2', gains: ['math'], loses: [] })
    expect((await seenBy(test, 't2')).teaches).toEqual(['art', 'math'])
    expect((await seenBy(test, 't1')).teaches).toEqual([])
  })

  it('keeps of people nothing but ids, and finds them by each', async () => {
    await using test = await startTestApp()
    await loaded(test, aRoster())
    for (const id of ['t1', 'T-100', 'tina.t']) {
      expect((await seenBy(test, id)).teaches).toEqual(['math'])
    }
    expect((await seenBy(test, 'tina')).teaches).toEqual([])
    const { group } = await get(test, '?group=math')
    expect(group).toMatchObject({ title: 'Math 7, "B"', org: 'north' })
    expect(group.members).toContainEqual({ ids: ['s1', 'S-1'], role: 'student' })
    expect(JSON.stringify(await get(test, '?group=math&actor=t1'))).not.toMatch(/Turner|hush|@/)
  })

  it('names people and classes as events do, where it is told how', async () => {
    await using test = await startTestApp()
    const people = encodeURIComponent('https://example.edu/users/{username}')
    const groups = encodeURIComponent('https://example.edu/sections/{classCode}')
    await loaded(test, aRoster(), `?actorId=${people}&groupId=${groups}`)
    expect((await seenBy(test, 'https://example.edu/users/tina')).teaches).toEqual([
      'https://example.edu/sections/M7',
    ])
    await loaded(test, aRoster(), '?actorId=email')
    expect((await seenBy(test, 'mailto:tina@EXAMPLE.edu')).teaches).toEqual(['math'])
    expect((await seenBy(test, 'https://example.edu/users/tina')).teaches).toEqual([])
  })

  it('of version 1.2 has roles in a file of their own', async () => {
    await using test = await startTestApp()
    expect((await loaded(test, aRoster12())).version).toBe('1.2')
    expect((await seenBy(test, 'a0')).orgs).toEqual([{ org: 'district' }])
    expect((await seenBy(test, 't2')).orgs).toEqual([
      { org: 'north', from: '2019-01-01', to: '2020-01-01' },
    ])
  })

  it('is forgotten with all that events told', async () => {
    await using test = await startTestApp()
    await loaded(test, aRoster())
    const headers = test.as(test.keys.admin)
    expect((await test.request('/rosters', { method: 'DELETE', headers })).status).toBe(204)
    expect(await get(test)).toEqual({ status: 'none' })
    expect((await seenBy(test, 't1')).teaches).toEqual([])
  })
})

describe('what is wrong with a roster', () => {
  const app = shared(startTestApp)
  const text = (file: string) => aRoster()[file]!
  const plus = (file: string, ...rows: string[]) => ({
    [file]: `${text(file)}${rows.join('\r\n')}\r\n`,
  })

  const rows: [code: string, files: RosterFiles, path: (string | number)[]][] = [
    ['cycle', { 'orgs.csv': text('orgs.csv').replace('district,,\r', 'district,,north\r') }, []],
    ['unknown_org', plus('orgs.csv', 'west,,,West,school,,nowhere'), ['orgs.csv', 5]],
    ['duplicate', plus('users.csv', text('users.csv').split('\r\n')[1]!), ['users.csv', 8]],
    ['duplicate', plus('classes.csv', text('classes.csv').split('\r\n')[1]!), ['classes.csv', 5]],
    [
      'unknown_user',
      plus('enrollments.csv', 'e9,,,math,north,nobody,student,,,'),
      ['enrollments.csv', 8, 'userSourcedId'],
    ],
    ['unknown_class', plus('enrollments.csv', 'e9,,,x,north,s1,student,,,'), []],
    ['unknown_role', plus('enrollments.csv', 'e9,,,math,north,s1,king,,,'), []],
    ['invalid_date', plus('enrollments.csv', 'e9,,,math,north,s1,student,,1.2.2026,'), []],
    [
      'ends_before_begin',
      plus('enrollments.csv', 'e9,,,math,north,s1,student,,2026-02-01,2026-01-01'),
      [],
    ],
    [
      'not_csv',
      plus('orgs.csv', ...Array.from({ length: 50_000 }, () => '')),
      ['orgs.csv', 40_001],
    ],
    ['wrong_columns', plus('enrollments.csv', 'e9,,,math'), ['enrollments.csv', 8]],
    ['not_csv', plus('classes.csv', '"c9,,,Title'), ['classes.csv', 5]],
    ['missing_column', { 'orgs.csv': 'sourcedId,parentSourcedId\n' }, ['orgs.csv', 1, 'name']],
    ['missing_header', { 'orgs.csv': '' }, ['orgs.csv']],
    ['unknown_version', { 'manifest.csv': 'propertyName,value\noneroster.version,2.0\n' }, []],
    ['delta', { 'manifest.csv': 'propertyName,value\nfile.users,delta\n' }, ['manifest.csv', 2]],
    ['missing_file', { 'manifest.csv': 'propertyName,value\nfile.roles,bulk\n' }, ['roles.csv']],
    ['duplicate_file', { 'folder/users.csv': text('users.csv') }, []],
  ]
  for (const [code, files, path] of rows) {
    it(`is said by file and line, and nothing is loaded: ${code} ${path}`, async () => {
      const test = await app()
      const problem = await problemOf(await put(test, rosterZip(aRoster(files))), 'invalid_request')
      const [found] = (problem.errors as { code: string; path: unknown[] }[]).filter(
        (one) => one.code === code,
      )
      expect(found?.path.slice(0, path.length)).toEqual(path)
      expect(await get(test)).toEqual({ status: 'none' })
    })
  }

  it('is said of all files at once, and counted where there is too much of it', async () => {
    const test = await app()
    const many = Array.from({ length: 500 }, (_, n) => `x${n},,,math,north,no-${n},student,,,`)
    const files = { ...plus('enrollments.csv', ...many), ...plus('orgs.csv', 'w,,,W,school,,no') }
    const problem = await problemOf(await put(test, rosterZip(aRoster(files))), 'invalid_request')
    expect(problem.detail).toContain('501 faults (1 unknown_org, 500 unknown_user)')
    expect(problem.errors.length).toBe(100)
  })

  it('is said of two people with one id, where it was chosen', async () => {
    const test = await app()
    const shared = { 'users.csv': text('users.csv').replace('T-200', 'T-100') }
    const refused = await put(test, rosterZip(aRoster(shared)), '?actorId=identifier')
    const problem = await problemOf(refused, 'invalid_request')
    expect(problem.errors[0]).toMatchObject({ code: 'ambiguous_id', path: ['users.csv', 3] })
    const answer = await loaded(test, aRoster(shared), '?dryRun=true')
    expect(answer.warnings).toMatchObject([{ code: 'shared_id', count: 2 }])
    const actors = answer.changes.access.map(({ actor }: { actor: string }) => actor)
    expect(actors).not.toContain('T-100')
  })

  const bytes: [what: string, body: Uint8Array<ArrayBuffer>, code: string][] = [
    ['no ZIP', new TextEncoder().encode('sourcedId,name'), 'not_zip'],
    ['nothing', new Uint8Array(), 'not_zip'],
    ['half of one', rosterZip(aRoster()).slice(0, 900), 'not_zip'],
    ['one with an overwritten middle', damaged(rosterZip(aRoster())), 'broken_zip'],
    ['a bomb', bomb(), 'too_large'],
  ]
  for (const [what, body, code] of bytes) {
    it(`is said of bytes that are ${what}`, async () => {
      const reply = await put(await app(), body)
      const problem = (await reply.json()) as { errors: { code: string }[] }
      const [status, said] = [reply.status, problem.errors[0]!.code]
      expect([status, said]).toEqual([code === 'too_large' ? 413 : 400, code])
    }, 20_000)
  }

  it('is said of parameters and media types', async () => {
    const test = await app()
    const zip = rosterZip(aRoster())
    for (const query of ['?actorId=name', '?groupId={a}{b}', '?x=1', '?dryRun=yes']) {
      await problemOf(await put(test, zip, query), 'invalid_request')
    }
    await problemOf(await put(test, zip, '', { type: 'text/csv' }), 'unsupported_media_type')
  })

  it('is not looked at for who may not load it', async () => {
    const test = await app()
    const zip = rosterZip(aRoster())
    for (const scope of ['events:write', 'events:read', 'consents:write'] as const) {
      const key = await test.issue([scope])
      await problemOf(await put(test, zip, '', { key }), 'forbidden')
      const headers = test.as(key)
      const removed = await test.request('/rosters', { method: 'DELETE', headers })
      await problemOf(removed, 'forbidden')
    }
    const nobody = await test.request('/rosters', { method: 'PUT', body: zip })
    await problemOf(nobody, 'unauthenticated')
    await problemOf(await test.request('/rosters'), 'unauthenticated')
  })
})

describe('memberships that events tell', () => {
  const section = 'https://example.edu/sections/1'
  const ada = 'https://example.edu/users/ada'
  const tell = (more: object, event: object = {}) => ({
    ...{ ...anEvent(), actor: { id: ada, type: 'Person' } },
    eventTime: '2026-02-01T00:00:00.000Z',
    ...event,
    membership: {
      ...{ id: 'https://example.edu/m/1', type: 'Membership', member: ada },
      ...{ organization: { id: section, type: 'CourseSection' }, roles: ['Instructor'] },
      ...{ status: 'Active', ...more },
    },
  })

  async function start(tells = true) {
    const test = await startTestApp()
    const headers = { ...test.as(test.keys.admin), 'Content-Type': 'application/json' }
    const body = JSON.stringify({ name: 'Demo', ...(tells && { tellsRosters: true }) })
    await test.request('/sources/demo', { method: 'PUT', headers, body })
    async function send(...events: object[]) {
      const reply = await test.request('/caliper/v1p2/events', {
        method: 'POST',
        headers: { ...test.as(), 'Content-Type': 'application/json' },
        body: JSON.stringify(anEnvelope(events)),
      })
      expect(reply.status).toBe(200)
    }
    return { test, send }
  }

  async function toldOf(test: TestApp, actor = ada) {
    const { told } = await seenBy(test, actor)
    return told.map(({ group, does }: { group: string; does: string }) => [group, does])
  }

  it('are believed of a source that may tell them, of staff alone', async () => {
    const { test, send } = await start()
    await using _ = test
    await send(tell({}), tell({ member: 'https://example.edu/users/bob', roles: ['Learner'] }))
    expect(await toldOf(test)).toEqual([[section, 'teaches']])
    expect(await toldOf(test, 'https://example.edu/users/bob')).toEqual([])
    await send(tell({ organization: 'https://example.edu/s/2', roles: ['Administrator'] }))
    await send(tell({ organization: 'https://example.edu/s/3', roles: ['Instructor#Grader'] }))
    expect(await toldOf(test)).toEqual([
      ['https://example.edu/s/2', 'manages'],
      ['https://example.edu/s/3', 'teaches'],
      [section, 'teaches'],
    ])
  })

  it('are believed of no other source', async () => {
    const { test, send } = await start(false)
    await using _ = test
    await send(tell({}))
    expect(await toldOf(test)).toEqual([])
  })

  it('end by the later one, whichever comes first', async () => {
    const { test, send } = await start()
    await using _ = test
    const at = (eventTime: string) => ({ eventTime })
    await send(tell({}, at('2026-03-01T00:00:00.000Z')))
    await send(tell({ status: 'Inactive' }, at('2026-03-03T00:00:00.000Z')))
    expect(await toldOf(test)).toEqual([])
    await send(tell({}, at('2026-03-02T00:00:00.000Z')))
    expect(await toldOf(test)).toEqual([])
    await send(tell({}, at('2026-03-04T00:00:00.000Z')))
    expect(await toldOf(test)).toEqual([[section, 'teaches']])
    // Who teaches no more, but learns.
    await send(tell({ roles: ['Learner'] }, at('2026-03-05T00:00:00.000Z')))
    expect(await toldOf(test)).toEqual([])
  })
})

/** Fewer rows than there may be, and each as long as it may be. */
function bomb(): Uint8Array<ArrayBuffer> {
  const files = Object.entries(aRoster()).map(([name, text]) => [name, Buffer.from(text)] as const)
  const row = `x,"${'x'.repeat(60_000)}",\n`
  const rows = Buffer.alloc(257 * 1024 * 1024, row)
  const orgs = Buffer.concat([Buffer.from('sourcedId,name,parentSourcedId\n'), rows])
  const all = { ...Object.fromEntries(files), 'orgs.csv': orgs }
  return zipSync(all, { level: 1 }) as Uint8Array<ArrayBuffer>
}

function damaged(zip: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = zip.slice()
  for (let at = 200; at < 400; at += 1) bytes[at] = 0x55
  return bytes
}
