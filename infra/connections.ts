import { connectionAccess, stageWith } from './access-log'
import { gatewayMessages } from './settings'

/** This is the WebSocket API; `realtime.ts` answers on it. */
export const connections = new sst.aws.ApiGatewayWebSocket('Connections', {
  accessLog: { retention: '1 month' },
  transform: { stage: stageWith(connectionAccess, gatewayMessages) },
})
