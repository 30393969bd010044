import { Command } from 'commander'
import { loadCommand } from './rosters/load'
import { removeCommand, showCommand } from './rosters/show'

export function rostersCommand(): Command {
  return new Command('rosters')
    .description('say who teaches and learns what, from OneRoster files, and look at it')
    .addCommand(loadCommand())
    .addCommand(showCommand())
    .addCommand(removeCommand())
}
