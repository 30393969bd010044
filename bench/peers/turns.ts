import { cpuSeconds, watchThreads } from '../processes'
import { type Load, load, type Traffic, untilQuiet } from '../scenario'
import type { Peer } from './start'

/** A peer did this in one turn. */
export interface Turn extends Load {
  /** CPU of all its processes until they had nothing left to do, in µs an event. */
  cpu: number
  /** The thread that answers wanted a core so long in each second, in ms, and had none. */
  waiting: number
}

const cpuOf = ({ pids }: Peer) => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)

async function untilIdle({ pids }: Peer) {
  for (const pid of pids) await untilQuiet(pid)
}

async function turn(peer: Peer, traffic: Traffic): Promise<Turn> {
  using threads = watchThreads(peer.pids[0]!)
  const [before, threadsBefore] = [cpuOf(peer), threads.times()]
  const result = await load(peer, traffic)
  const waited = threads.times().waiting - threadsBefore.waiting
  // What a server does later, such as to archive, belongs to its events, and not to the next one's.
  await untilIdle(peer)
  const cpu = ((cpuOf(peer) - before) * 1e6) / result.events
  return { ...result, cpu, waiting: waited / (result.ms / 1000) / 0.001 }
}

/**
 * Gives each peer the same load in turn, A B A B, so that what else the machine does falls on all.
 *
 * @param traffic its `warmUp` comes first, for each
 */
export async function takeTurns(
  peers: readonly Peer[],
  traffic: Traffic & { warmUp: number },
  rounds: number,
): Promise<Map<string, Turn[]>> {
  for (const peer of peers) {
    await load(peer, { ...traffic, seconds: traffic.warmUp })
    await untilIdle(peer)
  }
  const turns = new Map<string, Turn[]>(peers.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const peer of peers) turns.get(peer.name)!.push(await turn(peer, traffic))
  }
  return turns
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
