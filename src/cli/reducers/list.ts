import { Command } from 'commander'
import { createApiClient } from '../api-client'
import { type CommonOptions, print, printJson } from '../privacy/shared'
import { withServerOptions } from '../server-options'
import { renderTable } from '../table'
import { conditionOf, REDUCERS, type Reducer } from './shared'

export function listCommand(): Command {
  const command = new Command('list').description('list what is loaded, and how it fares')
  return withServerOptions(command, 'a key with events:read or admin')
    .option('--json', 'print JSON')
    .action(async (options: CommonOptions) => {
      const { reducers } = await createApiClient(options)<{ reducers: Reducer[] }>('GET', REDUCERS)
      if (options.json) return printJson(reducers)
      const rows = reducers.map((one) => [
        ...[one.name, one.version],
        ...[one.field === undefined ? one.scope : `${one.scope}, ${one.field}`, one.origin],
        conditionOf(one),
      ])
      print(renderTable(['name', 'version', 'a state for each', 'from', ''], rows))
    })
}
