import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { readPmss } from '../../governance/pmss/read'
import { readPolicy } from '../../governance/policy/read'
import { isObject } from '../../governance/policy/refusing'
import { readYaml } from '../../governance/policy/yaml'
import { nameOf } from '../documents'
import { CommandError } from '../failure'
import { describeIssue } from '../issue-text'
import { say } from '../webhooks/shared'

/** A rule as it is written, read by nobody yet. */
export type Rule = Record<string, unknown>

/** A policy as it is written. */
export type Policy = Record<string, unknown> & {
  version?: number
  rules?: Rule[]
  blocklist?: Rule[]
}

/**
 * Reads a file of a policy, YAML or JSON, and checks it as the server would.
 * @param path `-` for standard input
 * @throws {CommandError} with every reason against it
 */
export async function policyIn(path: string): Promise<Policy> {
  const value = valueIn(path, await textOf(path))
  checked(nameOf(path), value)
  return value as Policy
}

/**
 * Reads a file of rules to be added: a policy, or PMSS (by its name, `.pmss`, or how it begins).
 * @throws {CommandError} with every reason against it
 */
export async function rulesIn(path: string): Promise<Policy> {
  const content = await textOf(path)
  if (!path.endsWith('.pmss') && !LIKE_PMSS.test(content)) {
    const value = valueIn(path, content)
    checked(nameOf(path), value)
    return value as Policy
  }
  const { blocklist, notes, faults } = readPmss(nameOf(path), content)
  if (faults.length > 0) throw new CommandError(faults.join('\n'))
  for (const note of notes) say(note)
  if (blocklist.length === 0) {
    throw new CommandError(`${nameOf(path)} says nothing of who may send`)
  }
  return { blocklist }
}

const LIKE_PMSS =
  /^(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*\n)*(?:\w+|\*|\[\w+[=\]])[^{}:]*\{\s*(?:\}|\w+\s*:[^;{}]*;)/

/** @throws {CommandError} */
export function checked(name: string, value: unknown): void {
  const { errors } = readPolicy(value)
  if (errors === undefined) return
  throw new CommandError(errors.map((issue) => `${name}: ${describeIssue(issue)}`).join('\n'))
}

function valueIn(path: string, content: string): unknown {
  // JSON is YAML, but for what editors and machines write of it.
  try {
    return JSON.parse(content)
  } catch {
    const read = readYaml(content)
    if (read.errors !== undefined) {
      const said = read.errors.map((issue) => `${nameOf(path)}: ${describeIssue(issue)}`)
      throw new CommandError(said.join('\n'))
    }
    if (isObject(read.value)) return read.value
    throw new CommandError(`${nameOf(path)} has no policy: it may have rules: [ … ]`)
  }
}

async function textOf(path: string): Promise<string> {
  const content =
    path === '-'
      ? await text(process.stdin)
      : await readFile(path, 'utf8').catch((error) => {
          throw Object.assign(error, { path })
        })
  return content.replace(/^\uFEFF/, '')
}
