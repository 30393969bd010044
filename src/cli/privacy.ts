import { Command } from 'commander'
import { accessCommand } from './privacy/access'
import { eraseCommand } from './privacy/erase'
import { cancelCommand, erasuresCommand, keyCommand, liftCommand } from './privacy/erasures'
import { verifyCommand } from './privacy/verify'

export function privacyCommand(): Command {
  const command = new Command('privacy').description(
    'give people what is kept about them, erase them from it, and prove it',
  )
  const commands = [
    ...[eraseCommand(), erasuresCommand(), verifyCommand()],
    ...[cancelCommand(), liftCommand(), keyCommand(), accessCommand()],
  ]
  for (const one of commands) command.addCommand(one)
  return command
}
