import { readFile } from 'node:fs/promises'
import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import { CommandError } from '../failure'
import { requireKeyOption, type ServerOptions } from '../server-options'
import { renderTable } from '../table'
import { askTypes } from './ask'
import { readTypes, type WrittenType } from './read-file'

interface Registered {
  outcome: string
  type: { version: number }
  lastDay: { checked: number; failing: number; isAll: boolean; examples: { id: string }[] }
}

/**
 * Reads a file of types, and checks each as the server would.
 * @throws {CommandError} with every reason and where it stands in the file
 */
export async function checkTypes(file: string): Promise<WrittenType[]> {
  const text = await readFile(file === '-' ? '/dev/stdin' : file, 'utf8')
  const types = readTypes(file, text)
  const { readRegistration } = await import('../../standards/native/types/registration')
  const faults = types.flatMap((written) => {
    try {
      readRegistration(written.name, written.definition)
      return []
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      return reasonsOf(written, thrown.errors)
    }
  })
  if (faults.length === 0) return types
  throw new CommandError(faults.join('\n'))
}

// Whatever is sent after one of these is answered the same.
const hopeless = new Set([
  ...['unauthenticated', 'forbidden', 'limit_reached', 'unavailable', 'not_ready'],
])

/** Registers all types of a file. @returns whether all were taken */
export async function pushTypes(
  file: string,
  options: ServerOptions & { dryRun?: true; json?: true },
): Promise<boolean> {
  requireKeyOption(options)
  const types = await checkTypes(file)
  const done: (Registered & { name: string })[] = []
  const refused: string[] = []
  for (const [index, written] of types.entries()) {
    const { name, definition } = written
    const query = options.dryRun ? '?dryRun=true' : ''
    const path = `/${encodeURIComponent(name)}${query}`
    const { status, body } = await askTypes(options, 'PUT', path, definition)
    if (status < 300) done.push({ name, ...(body as unknown as Registered) })
    else refused.push(...refusalOf(written, status, body))
    const left = types.length - index - 1
    if (left === 0 || !hopeless.has(String(body.code))) continue
    refused.push(`${left} more ${left === 1 ? 'was' : 'were'} not sent.`)
    break
  }
  const text = options.json ? JSON.stringify(done, null, 2) : tableOf(done)
  if (options.json || done.length > 0) process.stdout.write(`${text}\n`)
  if (refused.length > 0) process.stderr.write(`${refused.join('\n')}\n`)
  if (options.dryRun) process.stderr.write('A dry run: nothing was registered.\n')
  return refused.length === 0
}

function refusalOf(written: WrittenType, status: number, body: Record<string, unknown>): string[] {
  const errors = Array.isArray(body.errors) ? (body.errors as Issue[]) : []
  const head = `${written.at([])}: ${written.name}: ${status} ${body.detail ?? body.title ?? ''}`
  return errors.length === 0 ? [head] : [head, ...reasonsOf(written, errors)]
}

function reasonsOf({ name, at }: WrittenType, errors: readonly Issue[]): string[] {
  return errors.map(({ path, message }) => {
    const member = path[0] === 'name' ? [] : path
    return `${at(asWritten(member))}: ${[name, ...path].join('.')}: ${message}`
  })
}

/** The server calls a schema by the name that it answers with. */
function asWritten([first, ...rest]: Issue['path']): Issue['path'] {
  return first === undefined ? [] : [first === 'schema' ? 'payload' : first, ...rest]
}

function tableOf(done: readonly (Registered & { name: string })[]): string {
  const rows = done.map(({ name, outcome, type, lastDay }) => {
    const { checked, failing, isAll, examples } = lastDay
    const ids = examples.map(({ id }) => id).join(' ')
    const counted = `${failing} of ${checked}${isAll ? '' : ', the newest'}`
    return [name, type.version, outcome, failing === 0 ? counted : `${counted}: ${ids}`]
  })
  return renderTable(['type', 'version', 'outcome', 'last day: would have failed'], rows)
}
