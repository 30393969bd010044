// The server of a quiz: it knows the right answers and whose a session is, and tells Nonius when one begins
// and ends. What happens in between the page tells Nonius itself, with a key that can only send.
// Node 20 and nothing else: `NONIUS_URL=… NONIUS_KEY=… PAGE_KEY=… node serve.mjs`.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const {
  NONIUS_URL = 'http://localhost:3000',
  NONIUS_KEY,
  PAGE_KEY,
  QUIZ_SECONDS = '300',
  PORT = '8080',
} = process.env
if (!NONIUS_KEY || !PAGE_KEY) throw new Error('Set NONIUS_KEY and PAGE_KEY')
const home = NONIUS_URL.replace(/\/$/, '')

const questions = [
  [
    'q-cells',
    'Which part of a cell makes most of its energy?',
    ['The nucleus', 'A mitochondrion', 'A ribosome', 'The wall'],
    1,
  ],
  [
    'q-water',
    'What does water do when it freezes?',
    ['It shrinks', 'It stays as it is', 'It expands'],
    2,
  ],
  [
    'q-light',
    'How long does light take from the sun to the earth?',
    ['A second', 'Eight minutes', 'A day'],
    1,
  ],
  ['q-prime', 'Which of these is a prime number?', ['51', '57', '59', '63'], 2],
].map(([id, text, options, right]) => ({ id, text, options, right }))

const sessions = new Map() // in memory: a restart forgets them, and Nonius does not
const HOUR_MS = 3_600_000
const GRACE_MS = 5_000
const MOST_BYTES = 10_000

const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8')
const files = { '/player.js': 'text/javascript', '/style.css': 'text/css' }
const html = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
// Scripts and requests of the page go to itself and to Nonius, and nowhere else.
const nonius = new URL(home).origin
const policy = `default-src 'self'; script-src 'self' ${nonius}; connect-src 'self' ${nonius}`

const aboutIt = (session, event_type, payload) => ({
  ...{ event_id: randomUUID(), event_type, timestamp: new Date(), source: 'quiz-server' },
  ...{ session_id: session.id, user_id: session.user, payload },
})

/** Tells Nonius. What it has already, because an answer was lost, it does not store again. */
async function tell(event) {
  for (let wait = 500; ; wait *= 2) {
    const failure = await post(event)
    if (!failure) return
    if (wait > 2_000) throw new Error(`${event.event_type} was not taken: ${failure}`)
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

/** @returns nothing, or why it was not taken */
async function post(event) {
  try {
    const reply = await fetch(`${home}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${NONIUS_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(5_000),
    })
    return reply.ok ? '' : `Nonius answered ${reply.status}`
  } catch (error) {
    return error.cause?.message ?? error.message
  }
}

async function begin(user) {
  const seconds = Number(QUIZ_SECONDS)
  const session = { id: randomUUID(), user, endsAt: Date.now() + seconds * 1000 }
  const payload = { question_ids: questions.map(({ id }) => id), duration_seconds: seconds }
  await tell(aboutIt(session, 'SESSION_CREATED', payload))
  sessions.set(session.id, session)
  // Who closes the page ends nothing: the time does, a little later than pages that are open.
  setTimeout(() => end(session).catch(report), seconds * 1000 + GRACE_MS).unref()
  setTimeout(() => sessions.delete(session.id), seconds * 1000 + HOUR_MS).unref()
  return session
}

/** Ends a session once, by whoever comes first: the person, or the time. */
function end(session, answers = {}) {
  const isLate = Date.now() >= session.endsAt
  session.ended ??= (async () => {
    const right = questions.filter((one) => answers[one.id] === one.right)
    const score = { score_correct: right.length, score_total: questions.length }
    const type = isLate ? 'SESSION_EXPIRED' : 'SESSION_SUBMITTED'
    session.last ??= aboutIt(session, type, score)
    await tell(session.last)
    const outcome = session.last.event_type === 'SESSION_EXPIRED' ? 'expired' : 'submitted'
    session.result = { ...session.last.payload, outcome }
  })()
  return session.ended.catch((error) => {
    session.ended = undefined // the next try tells again
    throw error
  })
}

createServer(async (request, response) => {
  const send = (type, text) =>
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(text)
  const sendJson = (value) => send('application/json', JSON.stringify(value))
  try {
    const { pathname, searchParams } = new URL(request.url, 'http://quiz')
    if (pathname === '/') {
      const session = await begin(searchParams.get('user')?.slice(0, 100) || 'guest')
      return response.writeHead(303, { location: `/session/${session.id}` }).end()
    }
    if (pathname === '/favicon.ico') return response.writeHead(204).end()
    if (Object.hasOwn(files, pathname)) return send(files[pathname], read(`.${pathname}`))
    const [, , id, what = ''] = pathname.split('/')
    const session = sessions.get(id)
    const asked = `${request.method} ${what}`
    if (session === undefined) return response.writeHead(404).end('There is no such session.')
    if (asked === 'GET ') {
      const filled = { URL: home, KEY: PAGE_KEY, SESSION: session.id, USER: session.user }
      const fill = (all, name) => html(filled[name] ?? all)
      return send('text/html', read('./index.html').replace(/%(\w+)%/g, fill))
    }
    if (asked === 'GET questions') {
      const { endsAt, result } = session
      return sendJson({ questions: questions.map(({ right: _, ...one }) => one), endsAt, result })
    }
    if (asked === 'POST end') {
      await end(session, Object(JSON.parse(await text(request))))
      return sendJson(session.result)
    }
    if (asked === 'GET review' && session.result) {
      await tell(aboutIt(session, 'REVIEW_OPENED', {}))
      return sendJson(questions.map(({ id, right }) => ({ id, right })))
    }
    response.writeHead(404).end()
  } catch (error) {
    report(error)
    if (!response.headersSent) response.writeHead(503).end('Try again in a moment.')
  }
}).listen(Number(PORT), 'localhost', function () {
  console.log(`The quiz is at http://localhost:${this.address().port}/`)
})

async function text(request) {
  let all = ''
  for await (const part of request.setEncoding('utf8')) {
    all += part
    if (all.length > MOST_BYTES) throw new Error('answers of more than 10,000 characters')
  }
  return all
}

function report(error) {
  console.error(error.message)
}
