import type { Webhook } from '../../platform/registry/webhooks'
import { newKeyPair } from '../../webhooks/message/key-pair'
import type { Settings, SettingsChanges } from './schemas'

type StoredSettings = Omit<
  Webhook,
  'webhookId' | 'tenantId' | 'secret' | 'former' | 'owed' | 'health' | 'createdAt' | 'updatedAt'
>

/**
 * Makes of settings what is stored of them.
 * @param before the webhook as it was, unless it is new: its key pair and what disabled it stay
 */
export function storedOf(settings: Settings, at: string, before?: Webhook): StoredSettings {
  const { name = hostOf(settings.targetUrl), headers, ...others } = settings
  const isMissing = settings.signatures?.includes('v1a') && before?.privateKey === undefined
  const { publicKey, privateKey } = (isMissing ? newKeyPair() : before) ?? {}
  const names = Object.keys(headers ?? {})
  return {
    ...others,
    name,
    ...(names.length > 0 && { headers, headerNames: names }),
    ...(publicKey && { publicKey, privateKey }),
    ...(!settings.enabled && { disabled: before?.disabled ?? { at, by: 'person' } }),
  }
}

/** A name that nobody chose is the host. */
function hostOf(targetUrl: string): string {
  return (URL.parse(targetUrl)?.host || targetUrl).slice(0, 200)
}

/** Returns the settings of a webhook, as somebody would send them to make it the same again. */
export function settingsOf(webhook: Webhook): Record<string, unknown> {
  const { name, targetUrl, events, filters, rule, enabled, signatures, format, fields } = webhook
  const { contentEncoding, batch, maxBytes, ordered, maxConcurrent, maxPerSecond } = webhook
  const wanted = { name, targetUrl, events, filters, rule, enabled }
  const message = { signatures, format, fields, contentEncoding, batch, maxBytes }
  const pace = { ordered, maxConcurrent, maxPerSecond, headers: webhook.headers }
  return { ...wanted, ...message, ...pace }
}

/**
 * Changes settings as a JSON Merge Patch does (RFC 7396); but a rule, being one condition, is replaced
 * whole.
 */
export function changed(
  settings: Record<string, unknown>,
  changes: Omit<SettingsChanges, 'resumeFrom'>,
): Record<string, unknown> {
  const { batch, headers, ...others } = changes
  const merged = merge(settings, others)
  for (const [name, change] of Object.entries({ batch, headers })) {
    if (change === undefined) continue
    const members = change && merge((settings[name] as object | undefined) ?? {}, change)
    merged[name] = members && Object.keys(members).length > 0 ? members : undefined
  }
  return merged
}

function merge(before: object, changes: object): Record<string, unknown> {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  const merged = Object.entries({ ...before, ...Object.fromEntries(given) })
  return Object.fromEntries(merged.filter(([, value]) => value !== null))
}
