import { createTelemetryClient, type TelemetryClient } from '@nonius/client/telemetry'
import { useEffect, useMemo } from 'react'

export {
  configureTelemetry,
  consentToTelemetry,
  type TelemetryClient,
  type TelemetryOptions,
} from '@nonius/client/telemetry'

/**
 * Tells of one session. `track` and `flush` are the same functions in every rendering until another
 * session or source is named, so that they can stand in the dependencies of effects. Components that
 * name the same session share one queue; one that goes takes no event along.
 */
export function useTelemetry<Events extends object = Record<string, object>>(
  sessionId: string,
  source?: string,
): TelemetryClient<Events> {
  const client = useMemo(
    () => createTelemetryClient<Events>(sessionId, source),
    [sessionId, source],
  )
  useEffect(() => {
    // What was told before leaves with the component: nobody knows what comes next.
    return () => void client.flush()
  }, [client])
  return client
}
