import type { Command } from 'commander'
import { createApiClient } from '../api-client'
import { type CommonOptions, commandOfOne, pathOf, print, printJson } from './shared'

interface Told {
  delivered: boolean
  responseStatus?: number | null
  latencyMs?: number | null
  error?: string | null
  response?: string | null
}

export function testCommand(): Command {
  return commandOfOne('test', 'send it a signed example, and say what it answered', 'write')
    .option('--type <type>', 'of the example, e.g. GradeEvent')
    .addHelpText('after', '\nExits with 1 unless it answers with 2xx.')
    .action(test)
}

async function test(id: string, options: CommonOptions & { type?: string }) {
  const asked = options.type === undefined ? {} : { eventType: options.type }
  const told = await createApiClient(options)<Told>('POST', pathOf(id, 'test'), asked)
  if (!told.delivered) process.exitCode = 1
  if (options.json) return printJson(told)
  const { responseStatus, latencyMs, error, response } = told
  const answer = responseStatus == null ? 'No answer' : `HTTP ${responseStatus}`
  print(`${answer} in ${latencyMs ?? 0} ms${error == null || error === answer ? '' : `: ${error}`}`)
  if (response) print(response)
}
