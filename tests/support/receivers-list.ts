import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'

/** What a call to it comes to: the status that counts, or why there is none. */
export interface Answers {
  /** As the target of a webhook. */
  post: number | RegExp
  /** As the place of a key set: `text` when it can be read. */
  get: 'text' | RegExp
}

export interface Receiver extends Answers {
  name: string
  scheme?: 'https'
  /** It does not read what it is sent: to be met with more than the system takes for it. */
  isDeaf?: true
  /** What its TCP server does with a connection, before anything was said. */
  meet(socket: Socket): void
}

// Far beyond what anybody may read, and few enough for a test.
const FLOOD_BYTES = 64 * 1024 * 1024
const PIECE_BYTES = 64 * 1024

// Whoever calls these in a test has given up by then; one that never reads would not see that.
const LATE_MS = 3000

const late = /^no answer within 2 s$/
const closed = /^the connection was closed before there was an answer$/
const notHttp = /^it answered no HTTP$/

const ok = 'HTTP/1.1 200 OK\r\n'
const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`
const keys = '{"keys":[]}'

/** Once something was asked; what comes before is of no interest. */
function asked(answer: (socket: Socket) => void) {
  return (socket: Socket) => void socket.once('data', () => answer(socket)).resume()
}

/** Says this and then nothing, leaving the connection open. */
const says = (text: string | Buffer) => asked((socket) => void socket.write(text))

/** Says this and hangs up. */
const ends = (text: string | Buffer) => asked((socket) => void socket.end(text))

/** Says `first`, then `again` as fast as it is read. */
function floods(first: string, again: string | Buffer) {
  const piece = Buffer.from(again)
  const many = Buffer.concat(Array(Math.ceil(PIECE_BYTES / piece.length)).fill(piece))
  return asked((socket) => {
    let left = FLOOD_BYTES
    const pour = () => {
      while (!socket.destroyed && left > 0) {
        left -= many.length
        if (!socket.write(many)) return
      }
    }
    socket.write(first)
    socket.on('drain', pour)
    pour()
  })
}

/** Says `first`, then `again` every ten milliseconds. */
function drips(first: string, again: string) {
  return asked((socket) => {
    socket.write(first)
    const timer = setInterval(() => socket.writable && socket.write(again), 10)
    socket.once('close', () => clearInterval(timer))
    socket.once('error', () => clearInterval(timer))
  })
}

/** What no honest receiver does, and, last, what some honest ones do. */
export const receivers: Receiver[] = [
  // Nothing that could be called an answer.
  { name: 'says nothing', meet: asked(() => {}), post: late, get: late },
  {
    name: 'accepts and does not read',
    isDeaf: true,
    meet: (socket) => void setTimeout(() => socket.resume(), LATE_MS),
    post: late,
    get: late,
  },
  {
    name: 'refuses without reading',
    isDeaf: true,
    meet(socket) {
      socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n')
      setTimeout(() => socket.resume(), LATE_MS)
    },
    post: 413,
    get: /answered 413/,
  },
  {
    name: 'closes at once',
    meet: (socket) => void socket.resume().end(),
    post: closed,
    get: closed,
  },
  {
    name: 'closes once it was asked',
    meet: asked((socket) => void socket.end()),
    post: closed,
    get: closed,
  },
  {
    name: 'resets the connection',
    meet: asked((socket) => void socket.resetAndDestroy()),
    post: closed,
    get: closed,
  },
  {
    name: 'ends its half and keeps the connection',
    meet: asked((socket) => void socket.end('HTTP/1.1 200')),
    post: closed,
    get: closed,
  },
  { name: 'speaks SSH', meet: says('SSH-2.0-OpenSSH_9.6\r\n'), post: notHttp, get: notHttp },
  { name: 'speaks HTTP/0.9', meet: ends('<html>\n<p>hello\n'), post: notHttp, get: notHttp },
  {
    name: 'speaks HTTP/2',
    meet: says(Buffer.from('00000604000000000000020000000a0a0a0a', 'hex')),
    post: /HTTP|no answer/,
    get: /HTTP|no answer/,
  },
  { name: 'names HTTP/3.0', meet: says('HTTP/3.0 200 OK\r\n\r\n'), post: notHttp, get: notHttp },
  { name: 'has no status', meet: says('HTTP/1.1 OK\r\n\r\n'), post: notHttp, get: notHttp },
  { name: 'has status 099', meet: says('HTTP/1.1 099 No\r\n\r\n'), post: notHttp, get: notHttp },
  { name: 'sends empty lines', meet: floods('', '\r\n'), post: notHttp, get: notHttp },
  // Answers that are no answer yet.
  {
    name: 'switches protocols',
    meet: says('HTTP/1.1 101 Switching Protocols\r\nupgrade: h\r\nconnection: upgrade\r\n\r\n'),
    post: /101/,
    get: /101/,
  },
  {
    name: 'switches protocols and floods',
    meet: floods('HTTP/1.1 101 Switching Protocols\r\n\r\n', Buffer.from([0x82, 0x01, 0x00])),
    post: /101/,
    get: /101/,
  },
  {
    name: 'asks to go on without end',
    meet: floods('', 'HTTP/1.1 100 Continue\r\n\r\n'),
    post: /longer than/,
    get: /longer than/,
  },
  {
    name: 'hints early without end',
    meet: floods('', `HTTP/1.1 103 Early Hints\r\nlink: <${'a'.repeat(900)}>\r\n\r\n`),
    post: /longer than/,
    get: /longer than/,
  },
  {
    name: 'is processing for ever',
    meet: drips('', 'HTTP/1.1 102 Processing\r\n\r\n'),
    post: late,
    get: late,
  },
  // Heads without end.
  {
    name: 'has fields without end',
    meet: floods(ok, 'a: b\r\n'),
    post: /longer than/,
    get: /longer than/,
  },
  {
    name: 'has a field without end',
    meet: floods(`${ok}a: `, 'b'),
    post: /without end/,
    get: /without end/,
  },
  {
    name: 'has a status line without end',
    meet: floods('HTTP/1.1 200 ', 'OK'),
    post: /without end/,
    get: /without end/,
  },
  { name: 'drips its head', meet: drips('', 'H'), post: late, get: late },
  { name: 'never ends its head', meet: says(`${ok}a: b\r\n`), post: late, get: late },
  {
    name: 'folds a field',
    meet: says(`${ok}a: b\r\n c\r\n\r\n`),
    post: /^the head of its answer is not HTTP$/,
    get: /^the head of its answer is not HTTP$/,
  },
  {
    name: 'has a field without a name',
    meet: says(`${ok}: b\r\n\r\n`),
    post: /^the head of its answer is not HTTP$/,
    get: /^the head of its answer is not HTTP$/,
  },
  {
    name: 'has a zero byte in its head',
    meet: says(`${ok}a: b\0c\r\n\r\n`),
    post: /^the head of its answer is not HTTP$/,
    get: /^the head of its answer is not HTTP$/,
  },
  // Lengths that nobody can follow.
  {
    name: 'has two lengths',
    meet: says(`${ok}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`),
    post: /length/,
    get: /length/,
  },
  {
    name: 'has a length below zero',
    meet: says(`${ok}content-length: -2\r\n\r\n{}`),
    post: /length/,
    get: /length/,
  },
  {
    name: 'has a length beyond all numbers',
    meet: says(`${ok}content-length: ${'9'.repeat(40)}\r\n\r\n{}`),
    post: /length/,
    get: /length/,
  },
  {
    name: 'has a length and chunks',
    meet: says(`${ok}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`),
    post: /length/,
    get: /length/,
  },
  {
    name: 'has a coding that nobody knows',
    meet: says(`${ok}transfer-encoding: gzip, chunked\r\n\r\n`),
    post: /transfer encoding/,
    get: /transfer encoding/,
  },
  // A status, and a body that is none: a webhook has its answer, a reader has nothing.
  {
    name: 'drips its body',
    meet: drips(`${ok}content-length: 1000000\r\n\r\n`, ' '),
    post: 200,
    get: late,
  },
  {
    name: 'answers a gigabyte',
    meet: floods(`${ok}content-length: 1000000000\r\n\r\n`, ' '),
    post: 200,
    get: /longer than/,
  },
  {
    name: 'answers a bomb of gzip',
    meet: floods(
      `${ok}content-encoding: gzip\r\ncontent-length: 10000000\r\n\r\n`,
      gzipSync(Buffer.alloc(16 * 1024 * 1024)),
    ),
    post: 200,
    get: /longer than/,
  },
  {
    name: 'refuses at length',
    meet: floods(`HTTP/1.1 500 Oh\r\ncontent-length: 1000000000\r\n\r\n`, 'no'),
    post: 500,
    get: /answered 500/,
  },
  {
    name: 'redirects to this machine',
    meet: says('HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n'),
    post: 307,
    get: /answered 307/,
  },
  { name: 'floods its body', meet: floods(`${ok}\r\n`, ' '), post: 200, get: /longer than/ },
  {
    name: 'promises more than it sends',
    meet: says(`${ok}content-length: 100\r\n\r\n${keys}`),
    post: 200,
    get: late,
  },
  {
    name: 'closes before its body is whole',
    meet: ends(`${ok}content-length: 100\r\n\r\n${keys}`),
    post: 200,
    get: closed,
  },
  {
    name: 'closes before its last chunk',
    meet: ends(`${chunked}b\r\n${keys}\r\n`),
    post: 200,
    get: closed,
  },
  {
    name: 'sends chunks without end',
    meet: floods(chunked, '1\r\n \r\n'),
    post: 200,
    get: /longer than/,
  },
  { name: 'drips chunks', meet: drips(chunked, '1\r\n \r\n'), post: 200, get: late },
  {
    name: 'extends a chunk without end',
    meet: floods(`${chunked}1;`, 'a=b;'),
    post: 200,
    get: /without end/,
  },
  {
    name: 'sends trailers without end',
    meet: floods(`${chunked}0\r\n`, 'a: b\r\n'),
    post: 200,
    get: /longer than/,
  },
  {
    name: 'has a chunk of no length',
    meet: says(`${chunked}zz\r\n{}\r\n`),
    post: 200,
    get: /chunks/,
  },
  {
    name: 'has a chunk beyond all numbers',
    meet: says(`${chunked}fffffffffffffffff\r\n{}`),
    post: 200,
    get: /chunks/,
  },
  {
    name: 'sends more than the chunk holds',
    meet: says(`${chunked}1\r\n{}\r\n0\r\n\r\n`),
    post: 200,
    get: /chunks/,
  },
  {
    name: 'has a body where there is none',
    meet: floods('HTTP/1.1 204 No Content\r\n\r\n', 'x'),
    post: 204,
    get: /answered 204/,
  },
  {
    name: 'has not changed, at length',
    meet: floods('HTTP/1.1 304 Not Modified\r\n\r\n', 'x'),
    post: 304,
    get: /answered 304/,
  },
  {
    name: 'sends a second answer',
    meet: says(`${ok}content-length: 11\r\n\r\n${keys}HTTP/1.1 500 No\r\n\r\n`),
    post: 200,
    get: 'text',
  },
  {
    name: 'redirects to itself',
    meet: says('HTTP/1.1 302 Found\r\nlocation: /hook\r\ncontent-length: 0\r\n\r\n'),
    post: 302,
    get: /answered 302/,
  },
  {
    name: 'is gone',
    meet: ends('HTTP/1.1 410 Gone\r\n\r\n'),
    post: 410,
    get: /answered 410/,
  },
  // Handshakes.
  { name: 'never shakes hands', scheme: 'https', meet: asked(() => {}), post: late, get: late },
  {
    name: 'shakes hands with noise',
    scheme: 'https',
    meet: floods('', Buffer.from([0x16, 0x03, 0x03, 0x00, 0x01, 0x63])),
    post: /./,
    get: /./,
  },
  {
    name: 'answers HTTP where TLS is asked',
    scheme: 'https',
    meet: ends(`${ok}content-length: 0\r\n\r\n`),
    post: /./,
    get: /./,
  },
  {
    name: 'begins a record of TLS and drips it',
    scheme: 'https',
    meet: drips(Buffer.from([0x16, 0x03, 0x03, 0x40, 0x00, 0x02]).toString('latin1'), 'a'),
    post: /./,
    get: /./,
  },
  // Honest, if unusual.
  {
    name: 'answers before it was asked',
    meet: (socket) => void socket.resume().end(`${ok}content-length: 11\r\n\r\n${keys}`),
    post: 200,
    get: 'text',
  },
  {
    name: 'goes on, hints, and answers',
    meet: ends(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n${ok}\r\n${keys}`),
    post: 200,
    get: 'text',
  },
  {
    name: 'ends lines as Unix does',
    meet: ends(`HTTP/1.0 200\n\n${keys}`),
    post: 200,
    get: 'text',
  },
  {
    name: 'names its length twice',
    meet: says(`${ok}content-length: 11\r\nContent-Length: 11, 11\r\n\r\n${keys}`),
    post: 200,
    get: 'text',
  },
  {
    name: 'sends chunks, an extension and a trailer',
    meet: says(`${chunked}3;a=b\r\n{"k\r\n8 ;c\r\neys":[]}\r\n0\r\nt: u\r\n\r\n`),
    post: 200,
    get: 'text',
  },
  {
    name: 'takes its time, byte by byte',
    meet: asked((socket) => {
      const bytes = [...`${ok}content-length: 11\r\n\r\n${keys}`]
      const timer = setInterval(() => {
        const byte = bytes.shift()
        if (byte === undefined || !socket.writable) clearInterval(timer)
        else socket.write(byte)
      }, 1)
    }),
    post: 200,
    get: 'text',
  },
]
