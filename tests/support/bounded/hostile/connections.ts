import { connect, type Socket } from 'node:net'
import { type Attack, crowd } from './attack'

/** A connection that says `head` and then what `go` does with it; closed after `ms` at the latest. */
function hold(
  url: string,
  head: string,
  ms: number,
  go: (socket: Socket) => void = () => {},
): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(head)
      go(socket)
    })
    const timer = setTimeout(() => socket.destroy(), ms)
    let answer = ''
    socket.on('data', (bytes) => {
      answer ||= bytes.toString('latin1').slice(9, 12)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(answer || 'closed')
    })
  })
}

const MEGABYTE = Buffer.alloc(1024 * 1024, ' ')

function headOf(key: string, more: string): string {
  return `POST /api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n${more}\r\n\r\n`
}

/** Five megabytes of six, and then nothing. */
export const unfinishedBodies: Attack = crowd(60, 50, async ({ url, key, note }) => {
  const head = headOf(key, 'content-length: 6000000')
  const fill = (socket: Socket) => {
    for (let n = 0; n < 5; n += 1) socket.write(MEGABYTE)
  }
  note(await hold(url, head, 15_000, fill))
})

/** A byte now and then, in chunks. */
export const slowBodies: Attack = crowd(100, 50, async ({ url, key, note }) => {
  const drip = (socket: Socket) => {
    const timer = setInterval(() => socket.writable && socket.write('1\r\n \r\n'), 200)
    socket.once('close', () => clearInterval(timer))
  }
  note(await hold(url, headOf(key, 'transfer-encoding: chunked'), 20_000, drip))
})

/** Connections that never say what they want. */
export const silence: Attack = crowd(200, 100, async ({ url, note }) => {
  note(await hold(url, 'POST /api/v1/events HT', 15_000))
})

/** Asks for pages of large events, and does not read them. */
export const deafReaders: Attack = crowd(20, 100, async ({ url, key, note }) => {
  const head = `GET /analytics/events?limit=1000 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n\r\n`
  note(await hold(url, head.repeat(4), 15_000, (socket) => socket.pause()))
})

/** Reads a page of large events slowly: some kilobytes a second. */
export const slowReaders: Attack = crowd(10, 100, async ({ url, key, note }) => {
  const head = `GET /analytics/events?limit=1000 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n\r\n`
  const sip = (socket: Socket) => {
    const timer = setInterval(() => {
      socket.resume()
      setTimeout(() => socket.pause(), 1)
    }, 500)
    socket.once('close', () => clearInterval(timer))
  }
  note(await hold(url, head, 20_000, sip))
})

/** Messages as fast as they can be written, large ones among them, and no answer read in between. */
export const socketFlood: Attack = crowd(8, 200, async ({ url, key, note }) => {
  const headers = { authorization: `Bearer ${key}` }
  const target = `${url.replace('http', 'ws')}/ws/publish`
  const socket = new WebSocket(target, { headers })
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => resolve(code)
    socket.onerror = () => resolve(0)
  })
  socket.onopen = () => {
    const large = JSON.stringify({ event_type: 'flood', properties: { x: 'x'.repeat(1_000_000) } })
    for (let n = 0; n < 3000 && socket.readyState === WebSocket.OPEN; n += 1) {
      socket.send(n % 500 === 0 ? large : `{"event_type":"flood","n":${n}}`)
    }
  }
  const code = await Promise.race([closed, Bun.sleep(5000).then(() => 'open' as const)])
  note(`ws ${code}`)
  socket.close()
})
