import { Command } from 'commander'
import { version } from '../../package.json'
import { readConfig } from '../config/read-config'
import { settings } from '../config/settings'
import { startServer } from '../server'
import { banner } from './banner'
import { stopSignal } from './stop-signal'

export function serveCommand(): Command {
  const variables = Object.values(settings).map(({ name, default: standard, meaning }) => {
    return `  ${name.padEnd(30)}${meaning}${standard === undefined ? '' : ` Default: ${standard}`}`
  })
  return new Command('serve')
    .description('start everything in this process, until Ctrl-C')
    .addHelpText('after', ['', 'Settings, from the environment:', ...variables].join('\n'))
    .action(serve)
}

async function serve() {
  const config = readConfig(process.env)
  // From here on, so that a signal during the start is not lost.
  const stopping = stopSignal(() => process.exit(1))
  const server = await startServer(config)
  process.stdout.write(banner({ ...server, dataDir: config.dataDir, given: config }, version))
  await stopping
  process.stderr.write('Stopping: answering what is in flight, archiving what is stored.\n')
  await server[Symbol.asyncDispose]()
}
