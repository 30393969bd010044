import { Command } from 'commander'
import { listCommand } from './reducers/list'
import { rebuildCommand } from './reducers/rebuild'
import { showCommand } from './reducers/show'

export function reducersCommand(): Command {
  return new Command('reducers')
    .description('look at what reducers make of events, and make it anew')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(rebuildCommand())
}
