import { dlopen, ptr } from 'bun:ffi'
import ipaddr from 'ipaddr.js'

/** Tells how many bytes the program has been given of each connection to a port, by `keyOfPeer`. */
export type TcpBytes = () => Map<string, number>

/** Where a connection comes from. */
export interface Peer {
  address: string
  port: number
}

// Linux's numbers: include/uapi/linux/netlink.h, sock_diag.h, inet_diag.h, tcp.h.
const AF_INET = 2
const AF_INET6 = 10
const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
const MSG_DONTWAIT = 0x40
const NETLINK_SOCK_DIAG = 4
const SOCK_DIAG_BY_FAMILY = 20
const NLM_F_REQUEST_DUMP = 0x301
const NLMSG_ERROR = 2
const NLMSG_DONE = 3
const INET_DIAG_INFO = 2
const IPPROTO_TCP = 6
const ESTABLISHED = 1 << 1
// Offsets: of a message behind its header of 16 bytes, and of `struct tcp_info`.
const HEADER = 16
const REQUEST_BYTES = 72
const MESSAGE_BYTES = 72
const RECEIVED_AT = 128

// A dump comes in parts of at most so many bytes.
const PART_BYTES = 64 * 1024

const libraries = ['libc.so.6', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1']

/**
 * Asks the kernel (`ss -ti` asks the same), which takes some milliseconds for thousands of connections.
 * @returns undefined where it does not tell: not Linux, or a sandbox without this
 */
export function openTcpBytes(serverPort: number): TcpBytes | undefined {
  try {
    const library = open()
    const socket = library?.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG) ?? -1
    if (library === undefined || socket < 0) return undefined
    const part = Buffer.alloc(PART_BYTES)
    const dump: TcpBytes = () => {
      const found = new Map<string, number>()
      for (const family of [AF_INET, AF_INET6]) {
        const request = requestOf(family, serverPort)
        if (Number(library.send(socket, ptr(request), request.length, 0)) < 0) throw new Error()
        for (let isMore = true; isMore; ) {
          const bytes = Number(library.recv(socket, ptr(part), part.length, MSG_DONTWAIT))
          isMore = bytes > 0 && readPart(part.subarray(0, bytes), found)
        }
      }
      return found
    }
    dump()
    return dump
  } catch {
    return undefined
  }
}

function open() {
  if (process.platform !== 'linux') return undefined
  for (const name of libraries) {
    try {
      return dlopen(name, {
        socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
        send: { args: ['i32', 'ptr', 'u64', 'i32'], returns: 'i64' },
        recv: { args: ['i32', 'ptr', 'u64', 'i32'], returns: 'i64' },
      }).symbols
    } catch {
      // The next one may be there.
    }
  }
  return undefined
}

function requestOf(family: number, serverPort: number): Buffer {
  const request = Buffer.alloc(REQUEST_BYTES)
  request.writeUInt32LE(REQUEST_BYTES, 0)
  request.writeUInt16LE(SOCK_DIAG_BY_FAMILY, 4)
  request.writeUInt16LE(NLM_F_REQUEST_DUMP, 6)
  request[HEADER] = family
  request[HEADER + 1] = IPPROTO_TCP
  request[HEADER + 2] = 1 << (INET_DIAG_INFO - 1)
  request.writeUInt32LE(ESTABLISHED, HEADER + 4)
  request.writeUInt16BE(serverPort, HEADER + 8)
  return request
}

/** @returns whether more parts come */
function readPart(part: Buffer, found: Map<string, number>): boolean {
  for (let at = 0; at + HEADER <= part.length; ) {
    const length = part.readUInt32LE(at)
    const type = part.readUInt16LE(at + 4)
    if (type === NLMSG_DONE || length < HEADER) return false
    if (type === NLMSG_ERROR) throw new Error('the kernel does not tell')
    readConnection(part.subarray(at + HEADER, at + length), found)
    at += aligned(length)
  }
  return true
}

function readConnection(message: Buffer, found: Map<string, number>) {
  const family = message[0]
  const port = message.readUInt16BE(6)
  const address = message.subarray(24, family === AF_INET ? 28 : 40)
  // Bytes that wait in the kernel have not come to us.
  const waiting = message.readUInt32LE(56)
  for (let at = MESSAGE_BYTES; at + 4 <= message.length; ) {
    const length = message.readUInt16LE(at)
    if (message.readUInt16LE(at + 2) === INET_DIAG_INFO && length >= 4 + RECEIVED_AT + 8) {
      const received = Number(message.readBigUInt64LE(at + 4 + RECEIVED_AT))
      found.set(keyOf(address, port), received - waiting)
    }
    if (length < 4) return
    at += aligned(length)
  }
}

const aligned = (length: number) => (length + 3) & ~3

// An IPv4 address as one of IPv6 (RFC 4291, 2.5.5.2).
const MAPPED = '00000000000000000000ffff'

function keyOf(address: Buffer, port: number): string {
  const hex = address.toString('hex')
  return `${hex.startsWith(MAPPED) ? hex.slice(MAPPED.length) : hex}:${port}`
}

/** Names the other end of a connection. */
export function keyOfPeer({ address, port }: Peer): string {
  return keyOf(Buffer.from(ipaddr.parse(address).toByteArray()), port)
}
