import { Command } from 'commander'
import { logCommand } from './observer/log'
import { sessionsCommand } from './observer/sessions'

export function observerCommand(): Command {
  return new Command('observer')
    .description("look at streams of Learning Observer's clients")
    .addCommand(sessionsCommand())
    .addCommand(logCommand())
}
