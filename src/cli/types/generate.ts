import { readFile, writeFile } from 'node:fs/promises'
import { CommandError } from '../failure'
import type { ServerOptions } from '../server-options'
import { requireTypes } from './ask'
import { type SentType, writeTypes } from './typescript/write-types'

export interface GenerateOptions extends ServerOptions {
  output?: string
  check?: true
  vocabulary?: string[]
}

// A tenant may have 1,000 types; the server answers so many at a time without anybody noticing.
const AT_ONCE = 8

/**
 * Writes TypeScript of the types in force for a key, or looks whether a file has it.
 * @returns whether it was written, or is current
 * @throws {CommandError} when the types cannot be had or written
 */
export async function generateTypes(options: GenerateOptions): Promise<boolean> {
  const { output, check } = options
  if (check && output === undefined) {
    throw new CommandError('--check looks at a file: name it with --output')
  }
  const text = writeTypes(await typesFrom(options))
  if (output === undefined) process.stdout.write(text)
  else if (check) return isCurrent(output, text)
  else {
    await writeFile(output, text).catch(cannot(`${output} cannot be written`))
    process.stderr.write(`Wrote ${output}.\n`)
  }
  return true
}

async function typesFrom(options: GenerateOptions): Promise<SentType[]> {
  const names = Object.keys(await requireTypes(options, 'GET', ''))
  const types: SentType[] = []
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE)
    types.push(...(await Promise.all(some.map((name) => typeFrom(options, name)))))
  }
  const { vocabulary: wanted } = options
  const there = [...new Set(types.map(({ vocabulary }) => vocabulary))]
  const missing = wanted?.filter((one) => !there.includes(one)) ?? []
  if (missing.length === 0) return types.filter((type) => wanted?.includes(type.vocabulary) ?? true)
  throw new CommandError(
    `No type in force is of the vocabulary ${missing.join(', ')}. There are: ${there.sort().join(', ')}`,
  )
}

async function typeFrom(options: GenerateOptions, name: string): Promise<SentType> {
  const type = await requireTypes(options, 'GET', `/${encodeURIComponent(name)}`)
  if (type.name === name) return type as unknown as SentType
  throw new CommandError(`${options.url.origin} answers for ${JSON.stringify(name)} with no type`)
}

async function isCurrent(file: string, text: string): Promise<boolean> {
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    return cannot(`${file} cannot be read`)(error)
  })
  // A checkout on Windows may have changed the ends of lines.
  const isSame = before?.replaceAll('\r\n', '\n') === text
  const state = before === undefined ? 'not there' : isSame ? 'current' : 'not current'
  process.stderr.write(`${file} is ${state}.\n`)
  return isSame
}

function cannot(what: string) {
  return (error: Error): never => {
    throw new CommandError(`${what} (${error.message})`)
  }
}
