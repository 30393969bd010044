import { Command } from 'commander'
import { version } from '../../package.json'
import { meanings } from '../config/meanings'
import { readConfig } from '../config/read-config'
import { settings } from '../config/settings'
import { startServer } from '../server'
import { banner } from './banner'
import { stopSignal } from './stop-signal'

export function serveCommand(): Command {
  const variables = Object.entries(settings).map(([field, { name, default: standard, also }]) => {
    const meaning = meanings[field as keyof typeof meanings]
    const names = also === undefined ? '' : ` Also read: ${also.join(', ')}.`
    const usual = standard === undefined ? '' : ` Default: ${standard}`
    return `  ${name.padEnd(30)}${meaning}${names}${usual}`
  })
  return new Command('serve')
    .description('start everything in this process, until Ctrl-C')
    .addHelpText('after', ['', 'Settings, from the environment:', ...variables].join('\n'))
    .action(serve)
}

async function serve() {
  const config = readConfig(process.env)
  // Signals are heard from here on, so that one during the start is not lost.
  const stopping = stopSignal(() => process.exit(1))
  const server = await startServer(config)
  const isDevelopment = config.environment === 'development'
  const isOpen = !config.requireAuth
  const started = { ...server, dataDir: config.dataDir, isDevelopment, isOpen, given: config }
  process.stdout.write(banner(started, version))
  await stopping
  process.stderr.write('Stopping: answering what is in flight, archiving what is stored.\n')
  setTimeout(giveUp, STOP_MS).unref()
  await server[Symbol.asyncDispose]()
  // A name look-up under way would hold the process until the name server answers.
  process.exit()
}

// Each part ends by a deadline of its own, in some seconds together. If one does not, nothing is
// lost: acknowledged events are on disk, and the consumers go on at the next start.
const STOP_MS = 30_000

function giveUp() {
  process.stderr.write('Stopping took too long; the next start goes on from here.\n')
  process.exit(1)
}
