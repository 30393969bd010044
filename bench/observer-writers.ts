/**
 * Writers in a process of their own: each has a WebSocket to `/wsapi/in/`, says who it is, and types at so many
 * events a second, nine keys and a save of Google Docs in ten. Some are watched: their state is asked for over
 * and over, and each of their events is timed until a state has it. Prints one line of JSON.
 * `bun bench/observer-writers.ts URL KEY READER SOCKETS EVENTS_PER_SECOND SECONDS WATCHED`
 */
const [url = '', key, reader, ...numbers] = process.argv.slice(2)
const [sockets = 1, perSecond = 5, seconds = 10, watched = 0] = numbers.map(Number)

const ASK_EVERY_MS = 25
const OPEN_AT_ONCE = 50

interface Writer {
  learner: string
  socket: WebSocket
  frames: number
  /** When each event was sent, in ms: the first is at 0. */
  sentAt: number[]
  /** Frames that are answered to be on disk, with the `lock_fields` before them. */
  stored: number
  length: number
}

const NONE = { states: [] as { events: number }[] }

const toReceipt: number[] = []
const toState: number[] = []
let isEnding = false
let lost = 0

async function open(index: number): Promise<Writer> {
  const address = `${url.replace('http', 'ws')}/wsapi/in/?key=${key}`
  const writer: Writer = {
    ...{ learner: `testcase-w${index}`, socket: new WebSocket(address) },
    ...{ frames: 0, sentAt: [], stored: 0, length: 0 },
  }
  const { socket } = writer
  const authenticated = Promise.withResolvers<void>()
  socket.onerror = () => authenticated.reject(new Error('a socket was refused'))
  socket.onclose = () => {
    if (!isEnding) lost += 1
  }
  socket.onmessage = ({ data }) => {
    const { status, through } = JSON.parse(String(data))
    if (status === 'auth') authenticated.resolve()
    if (status !== 'stored') return
    const now = performance.now()
    // The first frame locked fields.
    for (let frame = Math.max(2, writer.stored + 1); frame <= through; frame += 1) {
      toReceipt.push(now - writer.sentAt[frame - 2]!)
    }
    writer.stored = through
  }
  await new Promise<void>((resolve) => {
    socket.onopen = () => resolve()
  })
  const fields = {
    source: 'org.mitros.writing_analytics',
    version: '0.0.0.4',
    user_id: `w${index}`,
  }
  socket.send(JSON.stringify({ fields, event: 'lock_fields', metadata: { iso_ts: now() } }))
  type(writer)
  await authenticated.promise
  return writer
}

const now = () => new Date().toISOString()

function type(writer: Writer) {
  const n = writer.sentAt.length
  const id = `1cTe0lHt5D3v${writer.learner}`
  const metadata = { iso_ts: now() }
  writer.sentAt.push(performance.now())
  if (n % 10 === 9) {
    const commands = [{ ty: 'is', ibi: writer.length + 1, s: 'letters o' }]
    writer.length += 9
    const bundles = [{ commands, sid: '4be1c0a7d6', reqId: n }]
    const page = {
      doc_id: id,
      tab_id: 't.0',
      url: `https://docs.google.com/document/d/${id}/save?id=${id}`,
    }
    const save = { ...page, bundles, rev: n, timestamp: Date.now() }
    writer.socket.send(JSON.stringify({ event: 'google_docs_save', ...save, metadata }))
  } else {
    const keystroke = {
      altKey: false,
      code: 'KeyE',
      ctrlKey: false,
      key: 'e',
      keyCode: 69,
      metaKey: false,
    }
    const object = {
      type: 'Google Docs',
      title: 'My summer',
      id,
      tab_id: 't.0',
      url: `https://docs.google.com/document/d/${id}/edit`,
    }
    const page = { frameindex: 0, readyState: 'complete', wa_source: 'client_page', object }
    writer.socket.send(
      JSON.stringify({ event: 'keystroke', event_type: 'keydown', keystroke, ...page, metadata }),
    )
  }
}

/** Asks for a state until it has every event, and notes when it had each. */
async function watch(writer: Writer, isDone: () => boolean) {
  const path = `/api/v1/reducers/edits-and-typing-speed/${writer.learner}`
  const headers = { authorization: `Bearer ${reader}` }
  let seen = 0
  while (!isDone() || seen < writer.sentAt.length) {
    const asked = performance.now()
    const reply = await fetch(new URL(path, url), { headers })
    const { states } = reply.ok ? ((await reply.json()) as { states: [{ events: number }] }) : NONE
    const answered = performance.now()
    const events = states[0]?.events ?? 0
    for (; seen < events; seen += 1) toState.push(answered - writer.sentAt[seen]!)
    if (isDone() && answered - writer.sentAt.at(-1)! > 20_000) break
    await Bun.sleep(Math.max(1, ASK_EVERY_MS - (answered - asked)))
  }
}

const writers: Writer[] = []
while (writers.length < sockets) {
  const some = Math.min(OPEN_AT_ONCE, sockets - writers.length)
  const first = writers.length
  writers.push(...(await Promise.all(Array.from({ length: some }, (_, n) => open(first + n)))))
}
console.log(JSON.stringify({ ready: sockets }))

const interval = 1000 / perSecond
const begun = performance.now()
let isDone = false
const watching = writers.slice(0, watched).map((writer) => watch(writer, () => isDone))
// All write at the same pace, and none at the same moment.
const each = writers.map(async (writer, index) => {
  const from = begun + (interval * index) / sockets
  for (let n = 0; n < seconds * perSecond; n += 1) {
    await Bun.sleep(Math.max(0, from + n * interval - performance.now()))
    type(writer)
  }
})
await Promise.all(each)
const typedMs = performance.now() - begun
isDone = true
await Promise.all(watching)
const all = writers.reduce((sum, { sentAt }) => sum + sentAt.length, 0)
for (let waited = 0; waited < 20_000 && toReceipt.length < all; waited += 20) await Bun.sleep(20)
isEnding = true
for (const { socket } of writers) socket.close()

const at = (list: number[], share: number) => {
  const sorted = [...list].sort((a, b) => a - b)
  return Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN)
}
const figures = {
  ...{ events: all, perSecond: Math.round(all / (typedMs / 1000)), stored: toReceipt.length, lost },
  ...{ receiptP50: at(toReceipt, 0.5), receiptP99: at(toReceipt, 0.99) },
  ...{ stateP50: at(toState, 0.5), stateP99: at(toState, 0.99), watched: toState.length },
}
console.log(JSON.stringify(figures))

export {}
