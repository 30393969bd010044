import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { Command } from 'commander'
import type { ApiClient } from '../api-client'
import { CommandError } from '../failure'
import { showShare } from '../progress'
import { type ServerOptions, withServerOptions } from '../server-options'
import { harmless, renderTable } from '../table'

/** An erasure as the server shows it. */
export interface Erasure {
  id: string
  status: string
  mode: string
  dryRun: boolean
  reason: string
  problem?: string
  ids: number
  requestedAt: string
  finishedAt?: string
  places: Place[]
  verdict?: { isGenuine: boolean; isClean: boolean }
  certificate?: object
}

interface Place {
  place: string
  looked: number
  found: number
  removed: number
  goneBy?: string
}

export interface CommonOptions extends ServerOptions {
  json?: true
}

export function adminCommand(name: string, description: string): Command {
  const command = new Command(name).description(description)
  return withServerOptions(command, 'a key with admin').option('--json', 'print JSON')
}

export interface WhoOptions {
  user?: string[]
  file?: string
}

/** Adds the ways to say who is meant. */
export function withPeople(command: Command): Command {
  const gathered = (value: string, all: string[] = []) => [...all, value]
  return command
    .option('--user <id>', 'by the id of your own systems; may be repeated', gathered)
    .option('--file <path>', 'ids as events name them, one a line')
}

// One request takes so many.
const A_REQUEST = 10_000

/** Reads who is meant, in as many subjects as requests are needed. @throws {CommandError} for nobody */
export async function subjectsOf(ids: readonly string[], { user = [], file }: WhoOptions) {
  const text = file === undefined ? '' : await readFile(file, 'utf8')
  const all = [...ids, ...text.split(/\r?\n/).filter((line) => line !== '')]
  if (all.length + user.length === 0) {
    throw new CommandError('Say who: ids, --file or --user')
  }
  const parts: { actorIds?: string[]; userIds?: string[] }[] = []
  for (let at = 0; at < all.length; at += A_REQUEST) {
    parts.push({ actorIds: all.slice(at, at + A_REQUEST) })
  }
  if (user.length > 0) parts.push({ userIds: user })
  return parts
}

export function pathOf(...more: string[]): string {
  return ['privacy', 'erasures', ...more.map(encodeURIComponent)].join('/')
}

const over = new Set(['done', 'failed', 'cancelled'])
// A person sees the bar move; an erasure of minutes costs the server next to nothing.
const LOOK_EVERY_MS = 500
// As many places as there are on one machine.
const PLACES = 9

/** Waits until an erasure is over, and shows how far it is. */
export async function untilOver(ask: ApiClient, begun: Erasure): Promise<Erasure> {
  say(`${begun.id} has begun (Ctrl-C ends the waiting, not the erasure).`)
  using progress = showShare(process.stderr)
  let current = begun
  while (!over.has(current.status)) {
    await wait(LOOK_EVERY_MS)
    current = await ask<Erasure>('GET', pathOf(begun.id))
    const { places, status } = current
    const found = places.reduce((sum, place) => sum + place.found, 0)
    progress.show(Math.min(places.length / PLACES, 1), `${status}, ${found} found`)
  }
  return current
}

export function show(erasure: Erasure, { json }: CommonOptions) {
  if (json) return printJson(erasure)
  const { id, status, dryRun, problem, places, verdict } = erasure
  print(`${id}: ${status}${dryRun ? ' (a dry run)' : ''}${problem ? `, ${problem}` : ''}`)
  if (places.length > 0) {
    const rows = places.map((one) => [one.place, one.looked, one.found, one.removed, one.goneBy])
    print(renderTable(['place', 'looked at', 'found', 'removed', 'gone by'], rows))
  }
  if (verdict === undefined) return
  print(verdict.isGenuine ? 'The certificate is genuine.' : 'THE CERTIFICATE WAS ALTERED.')
  print(verdict.isClean ? 'Nothing was found.' : 'SOMETHING WAS FOUND.')
}

export function print(text: string): void {
  process.stdout.write(`${text.split('\n').map(harmless).join('\n')}\n`)
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

export function say(text: string): void {
  process.stderr.write(`${harmless(text)}\n`)
}
