import type { Config } from './config'
import { type Setting, settings } from './settings'

export type Environment = Readonly<Record<string, string | undefined>>

/** This error lists everything wrong with the environment at once, a sentence for each variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/**
 * Reads the config from the environment. A variable that is empty counts as not set, as `docker run
 * -e` and compose files leave them.
 * @throws {ConfigError}
 */
export function readConfig(env: Environment): Config {
  const config: Record<string, unknown> = {}
  const problems: string[] = []
  for (const [field, setting] of Object.entries(settings)) {
    const name = nameIn(env, setting)
    const value = env[name] || setting.default
    if (value === undefined) continue
    const read = setting.read(value)
    if (read === undefined) problems.push(refusal(setting, name, value))
    else config[field] = read
  }
  if (config.requireAuth === false) problems.push(...whyKeysAreNeeded(config as Partial<Config>))
  if (config.demoKey !== undefined && config.demoKey === config.adminKey) {
    problems.push('NONIUS_DEMO_KEY and NONIUS_ADMIN_KEY must be two different keys.')
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return config as unknown as Config
}

/** The variable that says it: ours, or else the first of the other names that is set. */
export function nameIn(env: Environment, { name, also = [] }: Setting<unknown>): string {
  return [name, ...also].find((one) => env[one]) ?? name
}

const loopback = ['localhost', '127.0.0.1', '::1']

/** Whoever reaches a server that asks for no key may do everything: nobody but this machine may. */
function whyKeysAreNeeded({ host, trustProxy }: Partial<Config>): string[] {
  const reasons: string[] = []
  if (host !== undefined && !loopback.includes(host.toLowerCase())) {
    const only = `NONIUS_HOST is one of ${loopback.join(', ')}`
    reasons.push(
      `NONIUS_REQUIRE_AUTH=0 is taken only while ${only}; it is ${JSON.stringify(host)}.`,
    )
  }
  if (trustProxy !== undefined && trustProxy !== false) {
    reasons.push('NONIUS_REQUIRE_AUTH=0 is not taken beside NONIUS_TRUST_PROXY: others come by it.')
  }
  return reasons
}

function refusal({ expected, secret }: Setting<unknown>, name: string, value: string): string {
  const got = secret ? `has ${value.length} characters (not shown)` : `is ${JSON.stringify(value)}`
  return `${name} must be ${expected}; it ${got}.`
}
