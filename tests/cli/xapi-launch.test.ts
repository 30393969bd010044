import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
const dataDir = join(folder.path, 'data')
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(dataDir)
})

afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

const course = 'https://courses.example.edu/7/start.html?lang=de'
const registration = '760e3480-ba55-4991-94b0-01820dbd23a2'
const whom = ['--registration', registration, '--actor', 'ada@example.edu']

const launch = (...args: string[]) => nonius(['xapi', 'launch', ...args, '--data-dir', dataDir])

describe('nonius xapi launch, beside a running server', () => {
  it('prints a URL by which a course comes to its token and its launch data', async () => {
    const { stdout, stderr, exitCode } = await launch(course, ...whom, '--url', server.url)
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    expect(stdout).toMatch(/^https:\/\/courses\.example\.edu\/7\/start\.html\?lang=de&\S+\n$/)
    const parameters = new URL(stdout).searchParams
    const said = Object.fromEntries(parameters)
    expect(said).toMatchObject({
      endpoint: `${server.url}/xapi/`,
      activityId: 'https://courses.example.edu/7/start.html#activity',
      registration,
    })
    const actor = { objectType: 'Agent', mbox: 'mailto:ada@example.edu' }
    expect(JSON.parse(said.actor!)).toEqual(actor)

    const fetched = await fetch(said.fetch!, { method: 'POST' })
    const { 'auth-token': token } = (await fetched.json()) as Record<string, string>
    const query = new URLSearchParams({
      stateId: 'LMS.LaunchData',
      activityId: said.activityId!,
      agent: said.actor!,
      registration,
    })
    const headers = { authorization: `Basic ${token}`, 'X-Experience-API-Version': '1.0.3' }
    const data = await fetch(`${said.endpoint}activities/state?${query}`, { headers })
    expect(await data.json()).toMatchObject({ launchMode: 'Normal', moveOn: 'NotApplicable' })
    const again = await fetch(said.fetch!, { method: 'POST' })
    expect(await again.json()).toMatchObject({ 'error-code': '1' })
  })

  it('takes the learner as an agent, and everything else that cmi5 has', async () => {
    const account = { homePage: 'https://lms.example.edu', name: '1625378' }
    const { stdout, exitCode } = await launch(
      course,
      ...['--registration', registration.toUpperCase(), '--actor', JSON.stringify({ account })],
      ...['--activity-id', 'https://lms.example.edu/a/7', '--publisher-id', 'urn:example:7'],
      ...['--launch-mode', 'Review', '--move-on', 'Passed', '--mastery-score', '0.75'],
      ...['--launch-parameters', 'a b', '--return-url', 'https://lms.example.edu/', '-s', 'lms'],
      ...['--url', 'https://lrs.example.edu/nonius'],
    )
    expect(exitCode).toBe(0)
    const said = Object.fromEntries(new URL(stdout).searchParams)
    expect(JSON.parse(said.actor!)).toEqual({ objectType: 'Agent', account })
    expect(said).toMatchObject({
      registration,
      activityId: 'https://lms.example.edu/a/7',
      endpoint: 'https://lrs.example.edu/nonius/xapi/',
    })
    expect(said.fetch).toStartWith('https://lrs.example.edu/nonius/xapi/cmi5/fetch/')
  })

  const refused: [what: string, args: string[], sentence: RegExp][] = [
    ['no registration', [course, '--actor', 'ada@example.edu'], /--registration/],
    ['no learner', [course, '--registration', registration], /--actor/],
    ['a page that is none', ['course.html', ...whom], /https:\/\/example\.edu\/course/],
    ['a registration that is no UUID', [course, ...whom, '--registration', '7'], /be a UUID/],
    ['a learner that is none', [course, ...whom, '--actor', '{"mbox":7}'], /agent/],
    ['a group without a name', [course, ...whom, '--actor', '{"objectType":"Group"}'], /agent/],
    ['a mode that is none', [course, ...whom, '--launch-mode', 'Exam'], /Normal, Browse, Review/],
    ['a score above 1', [course, ...whom, '--mastery-score', '80'], /from 0 to 1/],
    ['an activity that is no IRI', [course, ...whom, '--activity-id', 'seven'], /must be an IRI/],
    [
      'one id for two things',
      [course, ...whom, '--activity-id', 'urn:a:7', '--publisher-id', 'urn:a:7'],
      /must differ/,
    ],
    ["a page with cmi5's parameters", [`${course}&actor=x`, ...whom], /no parameter actor/],
  ]
  for (const [what, args, sentence] of refused) {
    it(`says in a sentence that it was given ${what}`, async () => {
      const { stderr, stdout, exitCode } = await launch(...args)
      expect(stderr).toMatch(sentence)
      expect(stderr).not.toContain('Something broke')
      expect(stdout).toBe('')
      expect(exitCode).toBe(1)
    })
  }
})
