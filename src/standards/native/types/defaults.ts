type Members = Record<string, unknown>

// Members of these are laid over those of the defaults; all others replace them.
const layered = ['payload', 'mapping', 'example']

/** Completes a definition by the defaults of its file. */
export function withDefaults(defaults: Members, own: Members): Members {
  const whole: Members = { ...defaults, ...own }
  for (const member of layered) {
    const [below, above] = [defaults[member], own[member]]
    if (isObject(below) && isObject(above)) whole[member] = { ...below, ...above }
  }
  return whole
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
