// Sends with ims-caliper as its users do: entities and events from its factories, its sensor, its HTTP
// client. Prints the ids of what it sent, and what the server answered to each request.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const { IMS_CALIPER_FOLDER = '.', NONIUS_URL = '', NONIUS_KEY = '' } = process.env
const load = createRequire(join(IMS_CALIPER_FOLDER, 'package.json'))

// It prints every request to the console, the key included.
const print = console.log
for (const name of ['log', 'info', 'debug', 'warn', 'error']) console[name] = () => {}

// What the server answers, which the library itself does not look at.
const statuses = []
const request = load('request')
load.cache[load.resolve('request')].exports = (options, done) =>
  request(options, (error, response, body) => {
    statuses.push(error ? String(error) : response.statusCode)
    done(error, response, body)
  })

const caliper = load('ims-caliper')
const entity = caliper.EntityFactory()
const event = caliper.EventFactory()
const lms = 'https://lms.example.edu'

const actor = entity.create(caliper.Person, { id: `${lms}/users/554433`, name: 'A Learner' })
const edApp = entity.create(caliper.SoftwareApplication, { id: lms })
const group = entity.create(caliper.CourseSection, { id: `${lms}/courses/7/sections/1` })
const session = entity.create(caliper.Session, { id: `${lms}/sessions/1f64`, user: actor })
const around = { actor, edApp, group, session }

const page = entity.create(caliper.WebPage, { id: `${lms}/courses/7/pages/1`, name: 'Intro' })
const video = entity.create(caliper.VideoObject, { id: `${lms}/videos/9`, duration: 'PT1H27M20S' })
const assessment = entity.create(caliper.Assessment, { id: `${lms}/assess/1`, maxScore: 15 })
const attempt = entity.create(caliper.Attempt, {
  ...{ id: `${lms}/assess/1/attempts/1`, assignee: actor, assignable: assessment, count: 1 },
})

const action = (name) => caliper.Actions[name].term
let second = 0
function made(type, what) {
  second += 1
  const eventTime = new Date(Date.UTC(2026, 10, 21, 9, 30, second)).toISOString()
  return event.create(type, { ...around, ...what, eventTime })
}

const events = [
  made(caliper.SessionEvent, { action: action('loggedIn'), object: edApp }),
  made(caliper.NavigationEvent, { action: action('navigatedTo'), object: page, referrer: edApp }),
  made(caliper.ViewEvent, { action: action('viewed'), object: page }),
  made(caliper.MediaEvent, { action: action('started'), object: video }),
  made(caliper.AssessmentEvent, {
    ...{ action: action('submitted'), object: assessment, generated: attempt },
  }),
]

caliper.Sensor.initialize(`${lms}/sensors/1`)
caliper.Client.initialize(`${lms}/clients/1`, {
  uri: `${NONIUS_URL}/caliper/v1p2/events`,
  method: 'POST',
  // Without it the library's HTTP client cannot send the object that it is given.
  json: true,
  headers: { Authorization: NONIUS_KEY, 'Content-Type': 'application/json' },
})
caliper.Sensor.registerClient(caliper.Client)

function send(data) {
  caliper.Sensor.sendToClients(caliper.Sensor.createEnvelope({ data }))
}

const untilAnswered = async (count) => {
  while (statuses.length < count) await new Promise((resolve) => setTimeout(resolve, 10))
}
send(events[0])
await untilAnswered(1)
send(events.slice(1))
await untilAnswered(2)
send([...events.slice(0, 2), page])
await untilAnswered(3)
print(JSON.stringify({ statuses, ids: events.map(({ id }) => id), describes: [page.id] }))
