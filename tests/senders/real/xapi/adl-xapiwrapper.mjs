// Stores and reads with ADL's wrapper as its users do. Prints what it sent and what it found.
import { load, print, secrets, uuid } from './client.mjs'

const adl = load('adl-xapiwrapper')
const { endpoint, key: user, secret: pass } = secrets
const lrs = new adl.XAPIWrapper({ url: `${endpoint}/`, auth: { user, pass } })

/** Calls a method whose last argument is a callback. */
function ask(method, ...given) {
  return new Promise((resolve, reject) => {
    lrs[method](...given, (error, response, body) => {
      if (error) reject(error)
      else resolve({ status: response.statusCode, headers: response.headers, body })
    })
  })
}
const statuses = []
async function write(...call) {
  const { status } = await ask(...call)
  statuses.push(status)
}

const agent = { name: 'Ada', mbox: `mailto:${uuid()}@example.edu` }
const activityId = `https://example.edu/courses/${uuid()}`
const said = (verb) => ({
  id: adl.ruuid(),
  actor: agent,
  verb: { id: `http://adlnet.gov/expapi/verbs/${verb}`, display: { 'en-US': verb } },
  object: { id: activityId, definition: { name: { 'en-US': 'Maths' } } },
})
const [single, ...batch] = ['experienced', 'attempted', 'passed'].map(said)
await write('sendStatements', single)
await write('sendStatements', batch)

const found = []
let page = JSON.parse(
  (await ask('getStatements', { agent: JSON.stringify(agent), limit: 2 }, null)).body,
)
found.push(...page.statements)
while (page.more) {
  page = JSON.parse((await ask('getStatements', null, page.more)).body)
  found.push(...page.statements)
}

const none = null
await write('sendState', activityId, agent, 'bookmark', none, 'page 1', none, none)
// It sends the digest as it is, without quotes.
const hash = adl.hash('page 1')
await write('sendState', activityId, agent, 'bookmark', none, 'page 2', hash, none)
await write('sendState', activityId, agent, 'bookmark', none, 'page 3', hash, none)
const state = await ask('getState', activityId, agent, 'bookmark', none, none)
const states = await ask('getState', activityId, agent, none, none, new Date(0))
await write('sendAgentProfile', agent, 'preferences', { theme: 'dark' }, none, '*')
await write('sendAgentProfile', agent, 'preferences', { theme: 'light' }, none, none)
const profile = await ask('getAgentProfile', agent, 'preferences', none)
await write('sendActivityProfile', activityId, 'list', ['a', 'b'], none, '*')
await write('sendActivityProfile', activityId, 'list', ['c'], none, '*')
const list = await ask('getActivityProfile', activityId, 'list', none)

print({
  isUsable: await new Promise((resolve) => lrs.testConfig(resolve)),
  sent: [single, ...batch].map(({ id }) => id),
  found: found.map(({ id }) => id),
  statuses,
  documents: [state.body, states.body, profile.body, list.body],
  etag: state.headers.etag,
  person: JSON.parse((await ask('getAgents', agent)).body).name,
  activity: JSON.parse((await ask('getActivities', activityId)).body).definition,
})
