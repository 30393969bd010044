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
    const value = env[setting.name] || setting.default
    if (value === undefined) continue
    const parsed = setting.schema.safeParse(value)
    if (parsed.success) config[field] = parsed.data
    else problems.push(refusal(setting, value))
  }
  if (config.demoKey !== undefined && config.demoKey === config.adminKey) {
    problems.push('NONIUS_DEMO_KEY and NONIUS_ADMIN_KEY must be two different keys.')
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return config as unknown as Config
}

function refusal({ name, expected, secret }: Setting<unknown>, value: string): string {
  const got = secret ? `has ${value.length} characters (not shown)` : `is ${JSON.stringify(value)}`
  return `${name} must be ${expected}; it ${got}.`
}
