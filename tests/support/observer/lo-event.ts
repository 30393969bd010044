/*
 * A client of ours that speaks as `lo_event` does, from its facts (protocols/observer.md, sections 2, 3, 6 and
 * 7): its two queues, what it loses, and when it waits. Nothing of it is theirs.
 */

type Fields = Record<string, unknown>
type Answer = { status: string } & Record<string, unknown>

export interface LoEvent extends AsyncDisposable {
  /** Every frame of the server, in order. */
  answers: Answer[]
  /** Frames that were handed to an open socket, in order: by its reckoning they are delivered. */
  sent: Fields[]
  /** Handshakes that were tried, and sockets that opened. */
  counts: { tries: number; opened: number }
  block: { action: string; until: number } | undefined
  setFieldSet(fields: Fields): void
  /** Queues an event, `lock_fields`, `terminate` or a blob. */
  logEvent(type: string, body?: Fields): void
  /** Starts sending; what was logged before it waits. */
  go(): void
  /** Breaks the line, as a network does. The client opens it again by itself. */
  cut(): void
  /** Resolves once the server has answered so. */
  until(matches: (answer: Answer) => boolean): Promise<Answer>
}

interface Options {
  url: string | URL
  source: string
  version?: string
  /** A second of theirs, shorter for tests. */
  secondMs?: number
}

// Theirs backs off to a quarter of an hour.
const MOST_DOUBLINGS = 9

export function createLoEvent({ url, source, version = '1', secondMs = 1000 }: Options): LoEvent {
  const answers: Answer[] = []
  const sent: Fields[] = []
  const counts = { tries: 0, opened: 0 }
  const upper: Fields[] = []
  const queue: Fields[] = []
  const waiting: { matches: (answer: Answer) => boolean; tell: (answer: Answer) => void }[] = []
  let locked: Fields = { source, version }
  let socket: WebSocket | undefined
  let failures = 0
  let block: LoEvent['block']
  let isBlockFlagged = false
  let blockFrame: Answer | undefined
  let isGoing = false
  let isOver = false
  /** The dequeue loop has taken one item ahead and waits for a socket to hand it to. */
  let hasLoop = false

  const metadata = () => ({ metadata: { iso_ts: new Date().toISOString() } })
  const lockFields = (fields: Fields) => ({ fields, event: 'lock_fields', ...metadata() })

  function open() {
    if (isOver) return
    counts.tries += 1
    const line = new WebSocket(url)
    let wasOpen = false
    line.onopen = () => {
      wasOpen = true
      failures = 0
      counts.opened += 1
      socket = line
      // At the end of the queue, at each open: after a backlog, then.
      queue.push(lockFields({ ...locked }))
      void dequeue()
    }
    line.onmessage = ({ data }) => hear(JSON.parse(String(data)) as Answer)
    line.onclose = () => {
      if (isOver) return
      if (wasOpen) return open()
      failures = Math.min(failures + 1, MOST_DOUBLINGS)
      setTimeout(open, secondMs * 2 ** failures)
    }
    line.onerror = () => {}
  }

  function hear(answer: Answer) {
    answers.push(answer)
    if (answer.status === 'blocklist') {
      isBlockFlagged = true
      blockFrame = answer
    }
    for (const one of [...waiting]) {
      if (!one.matches(answer)) continue
      waiting.splice(waiting.indexOf(one), 1)
      one.tell(answer)
    }
  }

  /** The next event after a block trips it: the socket is closed, and that event is lost. */
  function trip() {
    isBlockFlagged = false
    const { action, time_limit: limit } = blockFrame as unknown as Record<string, string | number>
    const lasts = { MINUTES: 300 * secondMs, DAYS: 86_400 * secondMs, PERMANENT: Infinity }
    const ms = typeof limit === 'number' ? limit : lasts[limit as keyof typeof lasts]
    block = { action: String(action), until: Date.now() + ms }
    socket?.close()
    if (Number.isFinite(ms)) setTimeout(() => void dequeue(), ms + 1).unref()
  }

  const isBlocked = () => block !== undefined && Date.now() < block.until

  function move() {
    while (upper.length > 0) {
      const event = upper.shift()!
      if (isBlockFlagged) trip()
      else if (isBlocked() && block?.action === 'DROP') continue
      else queue.push(event)
    }
    void dequeue()
  }

  async function dequeue() {
    if (hasLoop || !isGoing) return
    hasLoop = true
    while (!isOver) {
      await Promise.resolve()
      if (isBlocked() || socket === undefined || queue.length === 0) break
      // Taken out before it is sent: on a dead line it is lost, and nobody knows.
      const event = queue.shift()!
      const { readyState } = socket
      if (readyState === WebSocket.OPEN) {
        socket.send(JSON.stringify(event))
        sent.push(event)
      }
      if (readyState === WebSocket.CLOSED || readyState === WebSocket.CLOSING) {
        socket = undefined
        break
      }
    }
    hasLoop = false
  }

  return {
    answers,
    sent,
    counts,
    get block() {
      return block
    },

    setFieldSet(fields) {
      locked = { ...locked, ...fields }
      upper.push(lockFields(fields))
      if (isGoing) move()
    },

    logEvent(type, body = {}) {
      // A blob has no other member.
      upper.push(
        type === 'save_blob' ? { ...body, event: type } : { ...body, event: type, ...metadata() },
      )
      if (isGoing) move()
    },

    go() {
      isGoing = true
      // Fields that were set right after `init` come before the source.
      const early = upper.findLastIndex(({ event }) => event === 'lock_fields') + 1
      upper.splice(early, 0, lockFields({ source, version }))
      move()
      open()
    },

    cut: () => socket?.close(),

    until(matches) {
      const known = answers.find(matches)
      if (known !== undefined) return Promise.resolve(known)
      return new Promise((tell) => waiting.push({ matches, tell }))
    },

    async [Symbol.asyncDispose]() {
      isOver = true
      const line = socket
      if (line === undefined || line.readyState === WebSocket.CLOSED) return
      const closed = new Promise((resolve) => line.addEventListener('close', resolve))
      line.close()
      await closed
    },
  }
}
