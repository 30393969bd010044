// Runs a course with @xapi/cmi5 as a page does that was launched. Prints what the course was told.
import { load, print, uuid } from './client.mjs'

// The package is built for browsers; TinCanJS brings what stands in for theirs.
globalThis.XMLHttpRequest = load('xhr2')
const module = load('@xapi/cmi5/dist/Cmi5.umd.js')
const Cmi5 = module.default ?? module
// A page is at the address that launched it.
const parameters = new URL(process.env.XAPI_LAUNCH_URL).searchParams
const launch = Object.fromEntries(parameters)
const actor = JSON.parse(launch.actor)
const course = () => new Cmi5({ ...launch, actor })

const cmi5 = course()
await cmi5.initialize()
const answered = []
const say = async (saying) => answered.push(...((await saying).data ?? (await saying)))
await say(cmi5.progress(50))
await say(
  cmi5.interactionTrueFalse('test', 'question', true, true, { en: 'True?' }, { en: 'Is it?' }),
)
await say(cmi5.pass(0.9))
await say(cmi5.complete())

const at = { agent: actor, activityId: launch.activityId, registration: launch.registration }
await cmi5.xapi.createState({ ...at, stateId: 'bookmark', state: { page: 7 } })
const bookmark = (await cmi5.xapi.getState({ ...at, stateId: 'bookmark' })).data
const statusOf = (asking) =>
  asking.then(
    ({ status }) => status,
    ({ response }) => response.status,
  )
const denied = [
  await statusOf(cmi5.xapi.getState({ ...at, registration: uuid(), stateId: 'bookmark' })),
  await statusOf(cmi5.xapi.createState({ ...at, stateId: 'LMS.LaunchData', state: {} })),
  await statusOf(cmi5.xapi.getStatements()),
  // The address that gives the token gives it once.
  await statusOf(course().initialize()),
]
await say(cmi5.terminate())

print({
  launchMode: cmi5.launchData.launchMode,
  preferences: cmi5.getLearnerPreferences(),
  answered,
  bookmark,
  denied,
})
