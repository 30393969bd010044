// Stores and reads with @xapi/xapi as its users do. Prints what it sent and what it found.
import { createHash } from 'node:crypto'
import { load, print, secrets, text, uuid } from './client.mjs'

const { default: XAPI } = load('@xapi/xapi')
const { endpoint, key, secret } = secrets
const auth = XAPI.toBasicAuth(key, secret)
const xapi = new XAPI({ endpoint, auth })
// Under Node its other adapter, axios, replaces the type of a body that is a Blob.
const byFetch = new XAPI({ endpoint, auth, adapter: 'fetch' })

const actor = { objectType: 'Agent', name: 'Ada', mbox: `mailto:${uuid()}@example.edu` }
const activityId = `https://example.edu/courses/${uuid()}`
const object = { objectType: 'Activity', id: activityId, definition: { name: { en: 'Maths' } } }
const said = (verb) => ({ id: uuid(), actor, verb, object })

const single = said(XAPI.Verbs.PROGRESSED)
const batch = [said(XAPI.Verbs.INITIALIZED), said(XAPI.Verbs.PASSED)]
const sent = [single, ...batch]
const answered = [
  ...(await xapi.sendStatement({ statement: single })).data,
  ...(await xapi.sendStatements({ statements: batch })).data,
]

const certificate = new TextEncoder().encode('a certificate, déjà').buffer
const attached = {
  ...said(XAPI.Verbs.COMPLETED),
  attachments: [
    {
      usageType: XAPI.AttachmentUsages.CERTIFICATE_OF_COMPLETION,
      display: { en: 'Certificate' },
      contentType: 'text/plain',
      length: certificate.byteLength,
      sha2: createHash('sha256').update(Buffer.from(certificate)).digest('hex'),
    },
  ],
}
const withAttachment = { statement: attached, attachments: [certificate] }
answered.push(...(await byFetch.sendStatement(withAttachment)).data)
sent.push(attached)

const found = []
let page = await xapi.getStatements({ agent: actor, limit: 3 })
found.push(...page.data.statements)
while (page.data.more) {
  page = await xapi.getMoreStatements({ more: page.data.more })
  found.push(...page.data.statements)
}
const one = await xapi.getStatement({ statementId: single.id })
const multipart = await xapi.getStatement({ statementId: attached.id, attachments: true })
const attachment = text(multipart.data[1])

await xapi.voidStatement({ actor, statementId: single.id })
const voided = await xapi.getVoidedStatement({ voidedStatementId: single.id })
// It is no longer found; the statement that voids it is, since it refers to it.
const left = (await xapi.getStatements({ verb: XAPI.Verbs.PROGRESSED.id, agent: actor })).data
const isVoided = voided.data.id === single.id && left.statements.every(({ id }) => id !== single.id)

const at = { agent: actor, activityId, stateId: 'bookmark' }
await xapi.createState({ ...at, state: { page: 1 } })
await xapi.createState({ ...at, state: { volume: 0.5 } })
const state = (await xapi.getState(at)).data
await xapi.setState({ ...at, state: { page: 2 } })
const states = (await xapi.getStates({ agent: actor, activityId })).data
await xapi.deleteState(at)
const afterDelete = (await xapi.getStates({ agent: actor, activityId })).data

const profileOf = { agent: actor, profileId: 'preferences' }
await xapi.createAgentProfile({ ...profileOf, profile: { theme: 'dark' } })
const read = await xapi.getAgentProfile(profileOf)
const { etag } = read.headers
const change = { ...profileOf, profile: { theme: 'light' }, matchHeader: 'If-Match' }
await xapi.setAgentProfile({ ...change, etag })
const late = await xapi.setAgentProfile({ ...change, etag }).catch(statusOf)
const profiles = (await xapi.getAgentProfiles({ agent: actor })).data
await xapi.createActivityProfile({ activityId, profileId: 'map', profile: { a: 1 } })
const activityProfile = (await xapi.getActivityProfile({ activityId, profileId: 'map' })).data

function statusOf(error) {
  return error.response?.status ?? error.status ?? String(error)
}

print({
  sent: sent.map(({ id }) => id),
  answered,
  found: found.map(({ id }) => id),
  isOne: one.data.id === single.id,
  attachment,
  isVoided,
  state,
  states: [states, afterDelete],
  profiles: [read.data, late, profiles, activityProfile],
  person: (await xapi.getAgent({ agent: actor })).data.name,
  activity: (await xapi.getActivity({ activityId })).data.definition,
  about: (await xapi.getAbout()).data.version,
})
