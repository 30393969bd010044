import { connect } from 'node:net'

export interface RawReply {
  /** 0 when the connection ended without one. */
  status: number
  headers: Record<string, string>
  body: string
}

/** Sends bytes as they are, and gives the first reply; `waitMs` is how long one is waited for. */
export function rawRequest(url: URL, parts: (string | Uint8Array)[], waitMs = 5000) {
  return new Promise<RawReply>((resolve) => {
    const socket = connect(Number(url.port), url.hostname)
    let came = ''
    const timer = setTimeout(() => socket.destroy(), waitMs)
    function look() {
      const reply = replyIn(came)
      if (reply !== undefined) socket.destroy()
    }
    socket.on('data', (bytes) => {
      came += bytes.toString('latin1')
      look()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(replyIn(came) ?? { status: 0, headers: {}, body: came })
    })
    for (const part of parts) socket.write(part)
  })
}

function replyIn(text: string): RawReply | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const body = text.slice(end + 4)
  const length = headers['content-length']
  if (length !== undefined && body.length < Number(length)) return undefined
  return { status: Number(first.split(' ')[1]), headers, body }
}
