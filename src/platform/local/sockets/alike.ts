import type { ServerWebSocket } from 'bun'

/** Writes a text to all sockets that have subscribed to a topic. */
export type Publish = (topic: string, text: string) => void

/** Sockets that get the same share a topic of Bun's, which writes a text once for all of them. */
export interface Sharing {
  socket: Pick<ServerWebSocket<unknown>, 'subscribe' | 'unsubscribe'>
  held: readonly string[]
  topic?: Topic | undefined
}

interface Topic {
  name: string
  members: Set<Sharing>
}

// With fewer, a topic costs more than it saves.
const FEW = 8

let made = 0

/** Finds those who hold the same texts. @returns groups of several, and everybody else */
export function alike<Member extends Sharing>(
  members: readonly Member[],
): { groups: Member[][]; others: Member[] } {
  const byFirst = new Map<string, Member[][]>()
  for (const member of members) {
    const first = member.held[0] ?? ''
    const groups = byFirst.get(first) ?? []
    if (groups.length === 0) byFirst.set(first, groups)
    const group = groups.find(([one]) => areSame(one!.held, member.held))
    if (group) group.push(member)
    // Where they differ in what follows, few comparisons are made.
    else groups.push([member])
  }
  const all = [...byFirst.values()].flat()
  return {
    groups: all.filter(({ length }) => length >= FEW),
    others: all.filter(({ length }) => length < FEW).flat(),
  }
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at])
}

/** Makes sure that a group has a topic, and that nobody else has it. @returns its name */
export function topicOf(group: readonly Sharing[]): string {
  const topic = group[0]?.topic ?? { name: `alike ${made++}`, members: new Set() }
  if (topic.members.size !== group.length || group.some((one) => one.topic !== topic)) {
    const wanted = new Set(group)
    for (const one of topic.members) if (!wanted.has(one)) leaveTopic(one)
    for (const one of group) {
      if (one.topic === topic) continue
      leaveTopic(one)
      one.topic = topic
      topic.members.add(one)
      one.socket.subscribe(topic.name)
    }
  }
  return topic.name
}

/** @param isOver a socket that has ended has left its topics */
export function leaveTopic(member: Sharing, isOver = false) {
  const { topic } = member
  if (topic === undefined) return
  topic.members.delete(member)
  member.topic = undefined
  if (!isOver) member.socket.unsubscribe(topic.name)
}
