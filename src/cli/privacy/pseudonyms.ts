import { Command, InvalidArgumentError } from 'commander'
import { createApiClient } from '../api-client'
import { type ServerOptions, withServerOptions } from '../server-options'

interface Options extends ServerOptions {
  json?: true
}

function command(name: string, description: string): Command {
  const made = new Command(name).description(description)
  return withServerOptions(made, 'a key with admin').option('--json', 'print JSON')
}

export function revealCommand(): Command {
  return command('reveal', 'say who is behind a pseudonym; the audit trail keeps who asked and why')
    .argument('<pseudonym>', 'urn:nonius:pseudonym:…, as events have it')
    .requiredOption('--reason <text>', 'why somebody has to know, in 10 characters or more')
    .action(async (pseudonym: string, { reason, ...options }: Options & { reason: string }) => {
      const ask = createApiClient(options)
      const body = { pseudonym, reason }
      const found = await ask<{ personId: string }>('POST', 'privacy/reveal', body)
      process.stdout.write(`${options.json ? JSON.stringify(found) : found.personId}\n`)
    })
}

export function rotatePseudonymKeyCommand(): Command {
  return command('rotate-key', 'make pseudonyms by a new key from now on')
    .option(
      '--overlap <days>',
      'so long pseudonyms of both keys are known to be of one person; 0 forgets the former at once',
      readDays,
      30,
    )
    .action(async ({ overlap: overlapDays, ...options }: Options & { overlap: number }) => {
      const ask = createApiClient(options)
      const path = 'privacy/pseudonym-keys/rotate'
      const made = await ask<{ key: number; overlapUntil: string }>('POST', path, { overlapDays })
      const text = `Key ${made.key} makes pseudonyms from now on; the former is held until ${made.overlapUntil}.`
      process.stdout.write(`${options.json ? JSON.stringify(made) : text}\n`)
    })
}

function readDays(text: string): number {
  const days = Number(text)
  if (/^\d{1,3}$/.test(text) && days <= 365) return days
  throw new InvalidArgumentError('It must be a whole number of days, 0 to 365.')
}
