import type { Command } from 'commander'
import { spellingsOf } from '../../event/person-id'
import { createApiClient } from '../api-client'
import {
  adminCommand,
  type CommonOptions,
  type Erasure,
  pathOf,
  print,
  printJson,
  show,
  subjectsOf,
  untilOver,
  type WhoOptions,
  withPeople,
} from './shared'

interface Options extends CommonOptions, WhoOptions {
  dataDir?: string
}

export function verifyCommand(): Command {
  return withPeople(adminCommand('verify', 'search everything again for people who were erased'))
    .argument('<id>', 'the erasure, as `privacy erasures` shows it')
    .argument('[ids...]', 'the ids that it was asked for: they have been forgotten')
    .option('--data-dir <folder>', 'search every byte of this data folder, too, of all tenants')
    .addHelpText(
      'after',
      '\nExits with 1 when something was found, or the certificate was altered.',
    )
    .action(verify)
}

async function verify(id: string, ids: string[], options: Options) {
  const subjects = await subjectsOf(ids, options)
  const ask = createApiClient(options)
  for (const subject of subjects) {
    const begun = await ask<Erasure>('POST', pathOf(id, 'verify'), subject)
    const last = await untilOver(ask, begun)
    const { isClean = false, isGenuine = false } = last.verdict ?? {}
    if (!isClean || !isGenuine) process.exitCode = 1
    show(last, options)
    if (options.dataDir === undefined) continue
    const named = [...(subject.actorIds ?? []), ...(subject.userIds ?? [])].flatMap(spellingsOf)
    await searchBytes(options.dataDir, named, options)
  }
}

async function searchBytes(folder: string, ids: readonly string[], { json }: CommonOptions) {
  const { searchFolder } = await import('../../platform/local/search-folder')
  const { files, bytes, found } = await searchFolder(folder, ids)
  if (found.length > 0) process.exitCode = 1
  if (json) return printJson({ files, bytes, found })
  print(`${files} files of ${bytes} bytes were searched, byte by byte.`)
  for (const { file, count } of found) print(`${file}: ${count} times`)
  print(found.length === 0 ? 'No byte of theirs was found.' : 'THEIR BYTES WERE FOUND.')
}
