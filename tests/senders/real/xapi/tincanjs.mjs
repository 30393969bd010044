// Stores and reads with TinCanJS as its users do. Prints what it sent and what it found.
import { load, print, secrets, uuid } from './client.mjs'

const TinCan = load('tincanjs')
TinCan.enableDebug = false
const { endpoint, key: username, secret: password } = secrets
// It speaks 1.0.2, as most packages that were ever published do.
const lrs = new TinCan.LRS({ endpoint, username, password, allowFail: false })

/** Calls a method whose last argument has a callback, as most of them do. */
function ask(method, ...given) {
  const config = given.pop()
  return new Promise((resolve, reject) => {
    const callback = (failure, result) => {
      if (failure === null || failure === 404) resolve(result)
      else reject(new Error(`${method}: ${failure} ${result?.responseText}`))
    }
    lrs[method](...given, { ...config, callback })
  })
}

const mbox = `mailto:${uuid()}@example.edu`
const agent = new TinCan.Agent({ name: 'Ada', mbox })
const activity = new TinCan.Activity({
  id: `https://example.edu/courses/${uuid()}`,
  definition: { name: { en: 'Maths' } },
})
const said = (verb, more = {}) =>
  new TinCan.Statement({
    ...{ actor: agent, verb: { id: `http://adlnet.gov/expapi/verbs/${verb}` }, target: activity },
    ...more,
  })

const single = said('experienced')
const batch = [said('attempted'), said('passed', { result: { score: { scaled: 0.9 } } })]
const attachment = new TinCan.Attachment({
  display: { en: 'Essay' },
  usageType: 'http://id.tincanapi.com/attachment/supporting_media',
  contentType: 'text/plain; charset=utf-8',
})
attachment.setContentFromString('an essay, déjà')
const attached = said('completed', { attachments: [attachment] })
await ask('saveStatement', single, {})
await ask('saveStatements', batch, {})
await ask('saveStatement', attached, {})

const found = []
let page = await ask('queryStatements', { params: { agent, limit: 3 } })
found.push(...page.statements)
while (page.more) {
  page = await ask('moreStatements', { url: page.more })
  found.push(...page.statements)
}
const one = await ask('retrieveStatement', single.id, {})
const back = await ask('retrieveStatement', attached.id, { params: { attachments: true } })

const at = { agent, activity }
await ask('saveState', 'bookmark', 'page 1', { ...at, contentType: 'text/plain' })
const state = await ask('retrieveState', 'bookmark', at)
const next = { contentType: 'text/plain', lastSHA1: state.etag.replaceAll('"', '') }
await ask('saveState', 'bookmark', 'page 2', { ...at, ...next })
const late = await ask('saveState', 'bookmark', 'page 3', { ...at, ...next }).catch(String)
const ids = await ask('retrieveStateIds', at)
const changed = await ask('retrieveState', 'bookmark', at)
await ask('dropState', 'bookmark', at)
const gone = await ask('retrieveState', 'bookmark', at)

const json = { contentType: 'application/json', method: 'POST' }
await ask('saveAgentProfile', 'preferences', { theme: 'dark' }, { agent, ...json })
const profile = await ask('retrieveAgentProfile', 'preferences', { agent })
await ask('saveActivityProfile', 'map', { a: 1 }, { activity, ...json })
const map = await ask('retrieveActivityProfile', 'map', { activity })
const known = await ask('retrieveActivity', activity.id, {})
const about = await ask('about', {})

print({
  sent: [single, ...batch, attached].map(({ id }) => id),
  found: found.map(({ id }) => id),
  isOne: one.id === single.id,
  attachment: back.attachments[0].getContentAsString(),
  state: [state.contents, changed.contents, gone],
  isLate: late.includes(': 412 '),
  ids,
  profiles: [profile.contents, map.contents],
  activity: known.definition.name,
  about: about.version,
})
