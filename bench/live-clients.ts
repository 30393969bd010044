/**
 * Subscribers in a process of their own, which count what they are given and do nothing else with it.
 * Prints `ready`, and then how many messages came in all, every 20 ms in which some did.
 * `bun bench/live-clients.ts URL PATH KEY COUNT [FIRST_MESSAGE]`
 */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'bun'

const [url = '', path, key, count = '1', first] = process.argv.slice(2)
const { hostname, port } = new URL(url)

interface State {
  isOpen: boolean
  /** So many bytes of the message that has begun are still to come. */
  left: number
  /** The beginning of a head that has not come whole. */
  head: Buffer
}

let came = 0
let opened = 0

/** Counts the messages whose beginnings are in what came: a server's frames are not masked. */
function read(state: State, bytes: Buffer) {
  let all = state.head.length > 0 ? Buffer.concat([state.head, bytes]) : bytes
  state.head = Buffer.alloc(0)
  while (all.length > 0) {
    if (state.left > 0) {
      const taken = Math.min(state.left, all.length)
      state.left -= taken
      all = all.subarray(taken)
      continue
    }
    const short = (all[1] ?? 0) & 0x7f
    const size = short === 127 ? 10 : short === 126 ? 4 : 2
    if (all.length < size) {
      state.head = Buffer.from(all)
      return
    }
    const length =
      short === 127 ? Number(all.readBigUInt64BE(2)) : short === 126 ? all.readUInt16BE(2) : short
    if ((all[0]! & 0x0f) === 1) came += 1
    state.left = length
    all = all.subarray(size)
  }
}

/** A frame of a client is masked; with nothing, it reads as it was. */
function frameOf(text: string): Buffer {
  const bytes = Buffer.from(text)
  const head =
    bytes.length < 126
      ? Buffer.from([0x81, 0x80 | bytes.length, 0, 0, 0, 0])
      : Buffer.from([0x81, 0xfe, bytes.length >> 8, bytes.length & 0xff, 0, 0, 0, 0])
  return Buffer.concat([head, bytes])
}

function data(socket: Socket<State>, bytes: Buffer) {
  const { data: state } = socket
  if (state.isOpen) return read(state, bytes)
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return
  if (!bytes.toString('latin1', 0, 12).endsWith('101')) throw new Error(bytes.toString())
  state.isOpen = true
  opened += 1
  if (first !== undefined) socket.write(frameOf(first))
  read(state, bytes.subarray(end + 4))
}

async function connect() {
  const socket = await Bun.connect<State>({
    hostname,
    port: Number(port),
    data: { isOpen: false, left: 0, head: Buffer.alloc(0) },
    socket: { data },
  })
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  )
}

const all = Number(count)
for (let at = 0; at < all; at += 100) {
  await Promise.all(Array.from({ length: Math.min(100, all - at) }, connect))
}
// Each is confirmed by a message, where it says what it wants.
while (opened < all || (first !== undefined && came < all)) await Bun.sleep(10)
came = 0
console.log('ready')

let told = 0
setInterval(() => {
  if (came !== told) console.log(came)
  told = came
}, 20)
