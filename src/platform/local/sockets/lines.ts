import type { ServerWebSocket } from 'bun'
import type { Line } from '../../connections'
import { alike, type Group, leaveTopic, type Publish, type Sharing, topicOf } from './alike'
import { createRoom } from './room'

/** The sending end of a conversation, with what only its socket's events need. */
export interface LocalLine extends Line {
  /** The socket has written some of what waited. */
  wrote(): void
  /** The socket has closed. */
  ended(): void
}

export interface Lines extends Disposable {
  /** @param drained is called when the line takes texts again */
  open(socket: ServerWebSocket<unknown>, tenantId: string, drained: () => void): LocalLine
  /** From now on a text may be written once for all who get it. */
  publishBy(publish: Publish): void
}

// A text that is held here is one for all who get it; a line holds so many characters of them.
const MAX_HELD = 256 * 1024
// The socket copies what the other end has not taken: so many bytes are written before it has taken some.
const MAX_BEHIND = 64 * 1024
// So small a text may always be written when nothing waits: 5,000 receivers have 80 MB of them.
const SMALL = 16 * 1024
// Copies of all sockets together.
const MAX_COPIES = 128 * 1024 * 1024
// Whoever takes nothing for so long reads no more.
const STALLED_MS = 60_000
// A socket that does not close by itself is cut off: what waits in it may never be read.
const CLOSE_MS = 1500

interface Member extends Sharing {
  tenantId: string
  socket: ServerWebSocket<unknown>
  held: string[]
  heldLength: number
  /** So many bytes wait in the socket, as far as they are counted. */
  behind: number
  isFull: boolean
  isOver: boolean
  movedAt: number
  drained: () => void
}

/**
 * Writes to sockets whatever came for them in a turn at once, and holds for each what it cannot take.
 */
export function createLines({
  stalledMs = STALLED_MS,
}: {
  stalledMs?: number | undefined
} = {}): Lines {
  const room = createRoom(MAX_COPIES)
  let dirty = new Set<Member>()
  /** Lines that have something to be taken by the other end. */
  const behind = new Set<Member>()
  let isFlushing = false
  let publish: Publish | undefined

  function count(member: Member, bytes: number) {
    if (bytes !== member.behind) room.change(member.tenantId, bytes - member.behind)
    member.behind = bytes
  }

  /** Tells how much may be written now, in characters. */
  function allowance({ tenantId, behind, held }: Member): number {
    const next = held[0]?.length ?? 0
    if (behind > 0) return behind + next <= MAX_BEHIND && room.has(tenantId, next) ? next : 0
    if (room.has(tenantId, Math.max(next, MAX_BEHIND))) return Math.max(next, MAX_BEHIND)
    return SMALL
  }

  /** Writes what may be written. @returns how many texts that were */
  function write({ socket, held }: Member, most: number): number {
    let length = 0
    let written = 0
    for (const text of held) {
      length += text.length
      if (length > most) break
      socket.sendText(text)
      written += 1
    }
    return written
  }

  /** Writes what can be written; many texts leave together, in few calls of the system. */
  function flush(member: Member) {
    leaveTopic(member, member.isOver)
    const { socket, held } = member
    while (!member.isOver && held.length > 0) {
      const most = allowance(member)
      const written =
        held.length === 1 ? write(member, most) : socket.cork(() => write(member, most))
      if (written === 0) break
      for (const text of held.splice(0, written)) member.heldLength -= text.length
      count(member, socket.getBufferedAmount())
      if (member.behind > 0) break
      member.movedAt = performance.now()
    }
    settle(member)
  }

  /** Notes whether something waits, and tells the conversation when there is room again. */
  function settle(member: Member) {
    if (member.held.length > 0 || member.behind > 0) behind.add(member)
    else behind.delete(member)
    if (!member.isFull || member.heldLength > MAX_HELD / 2 || member.behind > MAX_BEHIND) return
    member.isFull = false
    member.drained()
  }

  function flushAll() {
    const members = [...dirty].filter(({ isOver, held }) => !isOver && held.length > 0)
    dirty = new Set()
    isFlushing = false
    if (publish === undefined) return members.forEach(flush)
    const ready: Member[] = []
    for (const member of members) {
      count(member, member.socket.getBufferedAmount())
      // Whoever is behind gets theirs alone, and never more than they may.
      if (member.behind === 0 && member.held[0]!.length <= SMALL) ready.push(member)
      else flush(member)
    }
    const { groups, others } = alike(ready)
    for (const group of groups) flushGroup(group, publish)
    for (const member of others) flush(member)
  }

  /** Writes to all of a group at once: nothing waits in their sockets, and what may be copied has room. */
  function flushGroup({ members: group, shared }: Group<Member>, publish: Publish) {
    const { tenantId } = group[0]!
    const topic = topicOf(group)
    const most = Math.max(SMALL, Math.min(MAX_BEHIND, room.left(tenantId) / group.length))
    let length = 0
    let written = 0
    for (const text of shared) {
      if (length + text.length > most) break
      length += text.length
      publish(topic, text)
      written += 1
    }
    const now = performance.now()
    for (const member of group) {
      member.held = member.held.slice(written)
      member.heldLength -= length
      member.movedAt = now
      if (member.held.length > 0) later(member)
      settle(member)
    }
    // Bun writes at the end of the turn: then it is known who did not take it.
    setImmediate(() => {
      for (const member of group) {
        if (member.isOver) continue
        count(member, member.socket.getBufferedAmount())
        if (member.behind > 0) settle(member)
      }
    })
  }

  function later(member: Member) {
    dirty.add(member)
    if (isFlushing) return
    isFlushing = true
    setImmediate(flushAll)
  }

  function end(member: Member) {
    if (member.isOver) return
    member.isOver = true
    member.held = []
    member.heldLength = 0
    behind.delete(member)
    count(member, 0)
    leaveTopic(member, true)
  }

  const sweep = setInterval(() => {
    const now = performance.now()
    for (const member of behind) {
      if (now - member.movedAt > stalledMs) member.socket.terminate()
      // Room that others have given back.
      else if (member.held.length > 0) flush(member)
    }
  }, 1000)
  sweep.unref()

  return {
    open(socket, tenantId, drained) {
      const member: Member = {
        ...{ tenantId, socket, drained, held: [], heldLength: 0, behind: 0 },
        ...{ isFull: false, isOver: false, movedAt: performance.now() },
      }

      return {
        send(text) {
          if (member.isOver) return false
          if (member.held.length === 0) {
            later(member)
            if (member.behind === 0) member.movedAt = performance.now()
          }
          member.held.push(text)
          member.heldLength += text.length
          member.isFull ||= member.heldLength >= MAX_HELD || member.behind > MAX_BEHIND
          return !member.isFull
        },

        close(code, reason) {
          if (member.isOver) return
          // Whoever is told goodbye is not told that there is room.
          member.drained = () => {}
          flush(member)
          end(member)
          socket.close(code, reason)
          setTimeout(() => socket.terminate(), CLOSE_MS).unref()
        },

        wrote() {
          if (member.isOver) return
          member.movedAt = performance.now()
          count(member, socket.getBufferedAmount())
          if (member.held.length > 0) flush(member)
          else settle(member)
        },

        ended: () => end(member),
      }
    },

    publishBy(by) {
      publish = by
    },

    [Symbol.dispose]: () => clearInterval(sweep),
  }
}
