import { readAgent } from '../../src/statements/agent'
import { launch } from '../../src/statements/cmi5/launch'
import type { TestApp } from './app'

export const learner = {
  objectType: 'Agent',
  account: { homePage: 'https://lms.example.edu', name: '1625378' },
}
export const registration = '760e3480-ba55-4991-94b0-01820dbd23a2'
export const activityId = 'https://lms.example.edu/activities/7'

type Launching = Partial<Parameters<typeof launch>[1]>

/** Launches a course of the test's own, and gives the parameters of its URL. */
export async function launchIn(
  { platform, clock }: Pick<TestApp, 'platform' | 'clock'>,
  changes: Launching = {},
) {
  const url = await launch(
    { documents: platform.documents, clock },
    {
      tenantId: 'default',
      sourceId: 'cmi5',
      course: new URL('https://courses.example.edu/7/start.html?theme=dark%20blue'),
      server: new URL('http://localhost/'),
      learner: readAgent(JSON.stringify(learner), '1.0.3'),
      registration,
      activityId,
      publisherId: 'https://courses.example.edu/7',
      launchMode: 'Normal',
      moveOn: 'Passed',
      ...changes,
    },
  )
  return { url, parameters: new URL(url).searchParams }
}

/** Calls the fetch URL of a launch. */
export async function fetchToken(test: TestApp, parameters: URLSearchParams) {
  const { pathname } = new URL(parameters.get('fetch')!)
  const response = await test.request(pathname, { method: 'POST' })
  return { response, answer: (await response.json()) as Record<string, string> }
}

/** The headers of a course that was launched and has fetched its token. */
export async function aSession(test: TestApp, changes: Launching = {}) {
  const { parameters } = await launchIn(test, changes)
  const { answer } = await fetchToken(test, parameters)
  return {
    Authorization: `Basic ${answer['auth-token']}`,
    'X-Experience-API-Version': '1.0.3',
  }
}
