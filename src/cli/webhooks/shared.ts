import { Command } from 'commander'
import { type ServerOptions, withServerOptions } from '../server-options'
import { harmless } from '../table'

export interface CommonOptions extends ServerOptions {
  json?: true
}

const meanings = {
  read: 'a key with webhooks:read',
  write: 'a key with webhooks:write',
} as const

/** Begins a command that calls the routes of webhooks: its `--url`, `--key` and `--json`. */
export function webhookCommand(
  name: string,
  description: string,
  right: keyof typeof meanings,
): Command {
  const command = new Command(name).description(description)
  return withServerOptions(command, meanings[right]).option('--json', 'print JSON')
}

/** Begins one that is about a webhook. */
export function commandOfOne(
  name: string,
  description: string,
  right: keyof typeof meanings,
): Command {
  return webhookCommand(name, description, right).argument('<id>', 'as `webhooks list` shows it')
}

/** Returns the path of a webhook, or of what belongs to it. */
export function pathOf(id: string, ...more: string[]): string {
  return ['webhooks', encodeURIComponent(id), ...more].join('/')
}

/** Adds to a path what is asked; what is undefined is left out. */
export function asking(path: string, asked: Record<string, string | undefined>): string {
  const given = Object.entries(asked).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}

/** Prints lines; whatever a receiver or a sender wrote in them steers no terminal. */
export function print(...lines: string[]): void {
  process.stdout.write(`${lines.map(harmless).join('\n')}\n`)
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

export function say(text: string): void {
  process.stderr.write(`${harmless(text)}\n`)
}

/** Writes the members of an answer, one a line; those that are absent are left out. */
export function linesOf(members: Record<string, unknown>): string[] {
  return Object.entries(members)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
}
