import { Command } from 'commander'
import { eraseCommand } from './privacy/erase'
import { cancelCommand, erasuresCommand, keyCommand, liftCommand } from './privacy/erasures'
import { revealCommand, rotatePseudonymKeyCommand } from './privacy/pseudonyms'
import { verifyCommand } from './privacy/verify'

export function privacyCommand(): Command {
  const command = new Command('privacy').description(
    'erase people from everything that is kept, and prove it; say who is behind a pseudonym',
  )
  const commands = [
    ...[eraseCommand(), erasuresCommand(), verifyCommand()],
    ...[cancelCommand(), liftCommand(), keyCommand()],
    ...[revealCommand(), rotatePseudonymKeyCommand()],
  ]
  for (const one of commands) command.addCommand(one)
  return command
}
