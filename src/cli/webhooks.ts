import { Command } from 'commander'
import { createCommand } from './webhooks/create'
import { deleteCommand } from './webhooks/delete'
import { deliveriesCommand, deliveryCommand } from './webhooks/deliveries'
import { getCommand, listCommand } from './webhooks/list'
import { listenCommand } from './webhooks/listen'
import { matchCommand } from './webhooks/match'
import { replayCommand, replaysCommand, turnCommands } from './webhooks/replays'
import { retryCommand } from './webhooks/retry'
import { rotateCommand } from './webhooks/rotate'
import { statsCommand } from './webhooks/stats'
import { testCommand } from './webhooks/test'
import { disableCommand, enableCommand, updateCommand } from './webhooks/update'

export function webhooksCommand(): Command {
  const command = new Command('webhooks').description(
    'have events sent to a URL, see what became of them, send them again',
  )
  const commands = [
    ...[listenCommand(), createCommand(), listCommand(), getCommand(), updateCommand()],
    ...[enableCommand(), disableCommand(), deleteCommand(), testCommand(), matchCommand()],
    ...[deliveriesCommand(), deliveryCommand(), retryCommand(), rotateCommand(), statsCommand()],
    ...[replayCommand(), replaysCommand(), ...turnCommands()],
  ]
  for (const one of commands) command.addCommand(one)
  return command
}
