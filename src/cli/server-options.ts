import { type Command, InvalidArgumentError, Option } from 'commander'
import { CommandError } from './failure'

const HOME = 'http://localhost:3000'

export interface ServerOptions {
  url: URL
  key?: string
}

/** Adds `--url` and `--key`, the options of every command that talks to a running server. */
export function withServerOptions(command: Command, keyMeaning: string): Command {
  return command
    .addOption(
      new Option('-u, --url <url>', 'the server')
        .env('NONIUS_URL')
        .argParser(readUrl)
        .default(new URL(HOME), HOME),
    )
    .addOption(new Option('-k, --key <key>', keyMeaning).env('NONIUS_KEY'))
}

/** The address of a server on this machine that was told no other port than by the environment. */
export function homeUrl(): URL {
  const url = new URL(HOME)
  const port = Number(process.env.NONIUS_PORT || process.env.PORT)
  if (port > 0) url.port = String(port)
  return url
}

/** Makes the option `--url` of a command that prints the address for others. */
export function publicUrlOption(meaning: string, home: URL | undefined): Option {
  const option = new Option('-u, --url <url>', meaning).env('NONIUS_URL').argParser(readUrl)
  return home === undefined ? option : option.default(home, home.origin)
}

/** Returns the endpoint of xAPI, as tools ask for it: without a slash at its end. */
export function endpointAt(url: URL): string {
  return new URL('./xapi', url).href
}

/** @throws {CommandError} when there is none */
export function requireKeyOption({ key }: ServerOptions): string {
  if (key) return key
  throw new CommandError('A key is needed: pass --key, or set NONIUS_KEY')
}

function readUrl(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    // A server behind a proxy may have a path: https://example.edu/nonius
    if (!url.pathname.endsWith('/')) url.pathname += '/'
    return url
  }
  throw new InvalidArgumentError(`It must look like ${HOME}.`)
}
