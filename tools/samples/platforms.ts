import { type Draw, drawFrom } from './random'

/**
 * Three platforms that are made up send here as large ones do: a hosted one that puts what it knows of
 * each request into extensions, one that writes each entity out wherever it stands, and a sensor
 * in a quiz. None of their own words is in a dictionary of ours, so that what such events cost says what
 * those of unknown senders will.
 */

const CONTEXT = 'http://purl.imsglobal.org/ctx/caliper/v1p'
const FIRST_MOMENT = Date.UTC(2026, 10, 23, 7)

/** They are spread as those of two large platforms are: tenths of their events, by size over the mean. */
export const sizesOverMean = [0.6, 0.7, 0.81, 0.93, 0.97, 1.03, 1.08, 1.19, 1.2, 1.49]

interface Scene {
  draw: Draw
  learner: number
  course: number
  thing: number
  at: string
}

type Event = Record<string, unknown>
type Platform = (scene: Scene) => Event

/** Makes events of `bytes` on average, as JSON; the same each time. */
export function platformEvents(bytes: number, count: number, seed = 1): Event[] {
  const draw = drawFrom(seed)
  // No event has exactly the size that it should: the next ones make up for it, so that the mean is right.
  let owed = 0
  return Array.from({ length: count }, (_, n) => {
    const scene: Scene = {
      draw,
      learner: 20_000 + draw.below(9000),
      course: 300 + draw.below(400),
      thing: 100_000 + draw.below(80_000),
      at: new Date(FIRST_MOMENT + n * 137 + draw.below(60_000)).toISOString(),
    }
    const share = sizesOverMean[Math.floor(n / platforms.length) % sizesOverMean.length]!
    const event = sized(platforms[n % platforms.length]!(scene), share * bytes + owed, scene)
    owed = Math.max(-bytes / 4, Math.min(bytes / 4, owed + share * bytes - lengthOf(event)))
    return event
  })
}

/** Brings an event to a size: parts that senders may leave out go, or a trail of what came before. */
function sized(event: Event, bytes: number, scene: Scene): Event {
  if (lengthOf(event) > bytes) return without(optional, event, bytes)
  const trail: Event[] = []
  const extensions = { ...(event.extensions as Event), 'io.fjordlearn.trail': trail }
  const whole = { ...event, extensions }
  for (let length = lengthOf(whole); length + HALF_A_STEP < bytes; ) {
    const step = trail.length < STEPS_OF_ENTITIES ? aStep(scene, event) : aNewStep(scene)
    trail.push(step)
    length += lengthOf(step) + 1
  }
  return trail.length === 0 ? event : whole
}

const optional = ['federatedSession', 'referrer', 'membership', 'session', 'edApp', 'extensions']
const lengthOf = (event: Event) => JSON.stringify(event).length

/** Leaves out one part after another, until what is left is small enough, or no part may be missing. */
function without(parts: readonly string[], event: Event, bytes: number): Event {
  const [part, ...others] = parts
  if (part === undefined || lengthOf(event) <= bytes) return event
  const { [part]: _, ...rest } = event
  return without(others, rest, bytes)
}

const HALF_A_STEP = 240

// Large events of real platforms are large because they write out the same entities again and again. So
// are these up to some 4 KB, which is as large as theirs were; what is larger here has mostly news.
const STEPS_OF_ENTITIES = 6

function aStep({ draw, at }: Scene, event: Event): Event {
  const [first, second] = draw.of([
    ['actor', 'object'],
    ['membership', 'actor'],
    ['object', 'group'],
  ])
  const seen = at.slice(0, 17) + String(10 + draw.below(50))
  return { step: draw.of(words), seen, of: event[first!], by: event[second!] }
}

function aNewStep({ draw, course }: Scene): Event {
  const route = `https://sky.fjordlearn.example/kurs/${course}/${draw.of(words)}/${draw.below(1e5)}`
  const state = { step: draw.of(words), weight: draw.below(1000) / 1000 }
  return { ...state, route, span: draw.uuid(), note: sentence(draw, 9) }
}

/** A hosted platform: numbers of seventeen digits, and the request in extensions. */
const hosted: Platform = ({ draw, learner, course, thing, at }) => {
  const big = (number: number) => `480700000000${String(number).padStart(5, '0')}`
  const own = (more: Event) => ({ 'io.fjordlearn.sky': more })
  const urn = (kind: string, number: number) => `urn:fjordlearn:sky:${kind}:${big(number)}`
  const section = { id: urn('kurs', course), type: 'CourseOffering' }
  const person = { id: urn('person', learner), type: 'Person' }
  return {
    '@context': `${CONTEXT}1`,
    id: `urn:uuid:${draw.uuid()}`,
    type: 'NavigationEvent',
    actor: {
      ...person,
      extensions: own({
        account: `${draw.of(names)}.${draw.of(words)}@skole.example`,
        registryNo: `R-${draw.below(90_000)}`,
        tenantNo: big(1),
        tenantUid: 'Qm3hZr8VtXw2LkYc5BnJd0GfPs7UaEo1iR9KxT4W',
        tenantKey: 'b29f04c7d1e84a6fa3c15be07d926f3884ac61d5.sky.fjordlearn.example',
        numericRef: big(learner),
      }),
    },
    action: 'NavigatedTo',
    object: {
      id: urn(draw.of(words), thing),
      type: 'Entity',
      name: sentence(draw, 3),
      extensions: own({ shownAs: draw.of(words), panel: draw.of(words), numericRef: big(thing) }),
    },
    eventTime: at,
    referrer: `https://sky.fjordlearn.example/kurs/${course}/${draw.of(words)}/${draw.below(1e6)}?fra=${draw.of(words)}`,
    edApp: { id: 'https://sky.fjordlearn.example/', type: 'SoftwareApplication' },
    group: { ...section, extensions: own({ level: 'kurs', numericRef: big(course) }) },
    membership: {
      id: `${section.id}:learner:${big(learner)}`,
      type: 'Membership',
      member: person,
      organization: section,
      roles: ['Learner'],
    },
    session: { id: `urn:fjordlearn:sky:visit:${draw.hex(32)}`, type: 'Session' },
    extensions: own({
      origin: 'sky.fjordlearn.example',
      traceKey: draw.uuid(),
      releaseSeal: draw.hex(24),
      browser: draw.of(browsers),
      callerAddress: `198.51.${draw.below(100)}.${draw.below(256)}`,
      address: `https://sky.fjordlearn.example/kurs/${course}/${draw.of(words)}/${thing}?fane=${draw.of(words)}&ref=${draw.below(1e7)}`,
      revision: '4.18.2',
    }),
  }
}

/** A platform whose library writes every member of every entity, and gives each a place below its site. */
const campus: Platform = ({ draw, learner, course, thing, at }) => {
  const site = 'https://tromsund.campus-hub.example/api/anlegg/5c1d7e90-41b6-4f0a-8d27-93be60af1c48'
  const none = { description: '', alternateName: '', tags: [], archived: false, metadata: {} }
  // Ids of people and courses are the same each time, and without a pattern.
  const known = (number: number) => drawFrom(number).hex(32)
  const person = {
    id: `${site}/folk/${known(learner)}`,
    type: 'Person',
    ...none,
    extensions: { 'hub:localId': `p${learner}`, 'hub:feide': `${draw.of(names)}${learner}` },
  }
  const course_ = {
    id: `${site}/emner/${known(course)}`,
    type: 'CourseOffering',
    ...none,
    courseNumber: `EMN-${course}-H26`,
    academicSession: 'Høst 2026',
  }
  return {
    '@context': `${CONTEXT}2`,
    type: 'ViewEvent',
    profile: 'ReadingProfile',
    id: `urn:uuid:${draw.uuid()}`,
    actor: person,
    action: 'Viewed',
    object: {
      id: `${site}/emner/${known(course)}/innhold/${thing}`,
      type: 'Page',
      ...none,
      metadata: { revision: draw.hex(20), sum: draw.hex(32), shape: draw.of(words) },
      name: sentence(draw, 4),
      isPartOf: course_,
    },
    target: {
      id: `${site}/emner/${known(course)}/innhold/${thing}#del-${draw.below(40)}`,
      type: 'Frame',
      ...none,
    },
    eventTime: at,
    edApp: { id: `${site}/programvare`, type: 'SoftwareApplication', ...none },
    group: course_,
    membership: {
      id: `${course_.id}/deltakere/${known(learner)}`,
      type: 'Membership',
      ...none,
      member: person,
      organization: course_,
      roles: ['Learner'],
      status: 'Active',
    },
    federatedSession: {
      id: `${site}/besok/${draw.hex(32).toUpperCase()}`,
      type: 'LtiSession',
      user: person,
      startedAtTime: at,
    },
  }
}

/** A quiz with a sensor of its own, which buffers. */
const quiz: Platform = ({ draw, learner, course, thing, at }) => {
  const base = 'https://ovelse.example/o'
  const item = `${base}/${course}/sett/${thing}/spm/${draw.below(40)}`
  const attempt = {
    id: `${base}/${course}/sett/${thing}/forsok/${draw.uuid()}`,
    type: 'Attempt',
    assignee: `${base}/elev/${learner}`,
    assignable: `${base}/${course}/sett/${thing}`,
    count: 1 + draw.below(4),
    startedAtTime: at,
  }
  return {
    '@context': `${CONTEXT}2`,
    id: `urn:uuid:${draw.uuid()}`,
    type: 'AssessmentItemEvent',
    profile: 'AssessmentProfile',
    actor: {
      id: `${base}/elev/${learner}`,
      type: 'Person',
      name: `${draw.of(names)} ${draw.of(names)}`,
    },
    action: 'Completed',
    object: {
      id: item,
      type: 'AssessmentItem',
      name: sentence(draw, 6),
      maxScore: 1 + draw.below(5),
      isPartOf: { id: attempt.assignable, type: 'Assessment', name: sentence(draw, 3) },
    },
    generated: {
      id: `${item}/svar/${draw.below(1e6)}`,
      type: 'FillinBlankResponse',
      attempt,
      values: [sentence(draw, 5)],
      dateCreated: at,
    },
    eventTime: at,
    edApp: { id: 'https://ovelse.example', type: 'SoftwareApplication', version: '3.2.0' },
    group: { id: `${base}/${course}`, type: 'CourseSection', name: sentence(draw, 2) },
    session: { id: `${base}/okt/${draw.uuid()}`, type: 'Session', user: `${base}/elev/${learner}` },
    extensions: {
      'example.ovelse': { lagMs: draw.below(4000), hints: draw.below(3), engine: 'v8-k' },
    },
  }
}

const platforms: readonly Platform[] = [hosted, campus, quiz]

const names =
  'ada,bjarte,chidi,dalia,eirin,farid,gro,hamza,ingrid,jun,kaia,liv,mona,nils,odd,petra,runa,selma,tiril,ulrik'.split(
    ',',
  )
const browsers = [
  'Mozilla/5.0 (Linux; Android 15; SM-X210) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.6778.81 Safari/537.36',
  'Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.73 Mobile/15E148',
  'FjordlearnDesktop/7.4.1 (Windows 11; build 26100)',
]
const words = (
  'algebra,basis,celle,diagram,energi,fjell,gruppe,havstrøm,ide,jord,kart,lyd,melding,notat,oppgave,prøve,' +
  'quiz,resultat,spørsmål,tegning,uke,vann,ytring,ærlig,øving,årsak,brøk,dikt,elv,figur,graf,hypotese,' +
  'indeks,kilde,likning,modell,nøkkel,ordbok,plan,rapport,skisse,tabell,utkast,verb,zoom,avsnitt,bilde,film'
).split(',')

function sentence(draw: Draw, count: number): string {
  return Array.from({ length: count }, () => draw.of(words)).join(' ')
}
