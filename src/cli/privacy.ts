import { Command } from 'commander'
import { accessCommand } from './privacy/access'
import { consentsCommand, under13Command } from './privacy/consents'
import { eraseCommand } from './privacy/erase'
import { cancelCommand, erasuresCommand, keyCommand, liftCommand } from './privacy/erasures'
import { revealCommand, rotatePseudonymKeyCommand } from './privacy/pseudonyms'
import { verifyCommand } from './privacy/verify'

export function privacyCommand(): Command {
  const command = new Command('privacy').description(
    'give people what is kept of them, erase them, and prove it; pseudonyms, consent, and who is under 13',
  )
  const commands = [
    ...[eraseCommand(), erasuresCommand(), verifyCommand()],
    ...[cancelCommand(), liftCommand(), keyCommand()],
    ...[revealCommand(), rotatePseudonymKeyCommand(), accessCommand()],
    ...[consentsCommand(), under13Command()],
  ]
  for (const one of commands) command.addCommand(one)
  return command
}
