import { type Browser, chromium, type LaunchOptions } from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

// The browser itself keeps quiet, so that every request that is seen is a page's.
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Names of tests lead to this machine. `.localhost` is a secure context as 127.0.0.1 is, `.test` is none.
  '--host-resolver-rules=MAP *.test 127.0.0.1, MAP *.localhost 127.0.0.1',
]

/** Options of Chromium, in which a page goes into the back/forward cache as a person's does. */
export function chromiumOptions(more: string[] = []): LaunchOptions {
  const ignoreDefaultArgs = ['--disable-back-forward-cache']
  return { executablePath, args: [...args, ...more], ignoreDefaultArgs }
}

export function startChromium(more: string[] = []): Promise<Browser> {
  return chromium.launch(chromiumOptions(more))
}
